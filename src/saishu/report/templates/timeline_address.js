// Deep links: #timeline?from=…&to=…&at=… (µs UTC), l (levels), s (logs, by number), q, c, o (text, component, operation),
// u (those without a time), path and line for one event.

const HASH = "#timeline?";
const TEXTS = [
  ["q", "text"],
  ["c", "component"],
  ["o", "operation"],
];

/** The address of what a timeline shows now. */
function addressOf(timeline) {
  const { filter, view, whole, events, opened } = timeline;
  const parts = new URLSearchParams();
  if (view.from !== whole.from || view.to !== whole.to) {
    parts.set("from", Math.round(view.from));
    parts.set("to", Math.round(view.to));
  }
  const levels = [0, 1, 2, 3, 4, 5].filter((level) => filter.levels[level]);
  if (levels.length < 6) parts.set("l", levels.join(""));
  const sources = [...filter.sources.keys()].filter((index) => filter.sources[index]);
  if (sources.length < filter.sources.length) parts.set("s", sources.slice(0, 200).join("."));
  for (const [name, key] of TEXTS) if (filter[key]) parts.set(name, filter[key]);
  if (timeline.which === UNDATED) parts.set("u", "1");
  if (opened !== null) {
    parts.set("path", events.sources[events.source[opened]].path);
    parts.set("line", events.place[opened]);
  }
  return `${HASH}${parts}`;
}

/** What an address asks for: filter, which, view, at (a time or null), row (or null); null when it is not for us. */
function askedFor(timeline, hash) {
  if (!hash.startsWith(HASH)) return null;
  const parts = new URLSearchParams(hash.slice(HASH.length));
  const number = (name) => (parts.get(name) && Number.isFinite(Number(parts.get(name))) ? Number(parts.get(name)) : null);
  const events = timeline.events;
  const row = rowAt(events, parts.get("path"), number("line"));
  const at = number("at") ?? (row !== null && row < events.dated ? events.time[row] : null);
  let view = timeline.first;
  if (number("from") !== null && number("to") > number("from")) view = timeline.bounded(number("from"), number("to"));
  else if (at !== null) view = timeline.bounded(at - 60 * MINUTE, at + 60 * MINUTE);
  const undated = parts.has("u") || (row !== null && row >= events.dated);
  return { filter: filterOf(timeline, parts), which: undated ? UNDATED : DATED, view, at, row };
}

function filterOf(timeline, parts) {
  const filter = openFilter(timeline.events);
  if (parts.has("l")) filter.levels = Uint8Array.from([..."01234567"], (level) => Number(parts.get("l").includes(level)));
  if (parts.has("s")) {
    const chosen = new Set(parts.get("s").split(".").map(Number));
    filter.sources = filter.sources.map((_, index) => Number(chosen.has(index)));
  }
  for (const [name, key] of TEXTS) filter[key] = (parts.get(name) || "").slice(0, 200);
  return filter;
}

/** The row of a place in a file, null where the page does not hold it. */
function rowAt(events, path, place) {
  const source = path === null ? -1 : events.sources.findIndex((one) => one.path === path);
  if (source < 0 || place === null) return null;
  for (let i = 0; i < events.rows; i++) if (events.source[i] === source && events.place[i] === place) return i;
  return null;
}
