// What is built from the events as elements: one event in full, the label of a lane, the mark of a finding.

/** `vmtool 4711`: component and event id. */
function speakerText(events, row) {
  const id = events.eventId(row);
  return [visible(events.component(row)), id === null ? "" : id].filter((one) => one !== "").join(" ");
}

/** `12` for a line, `#12` for a record. */
function placeText(events, row) {
  return `${events.sources[events.source[row]].records ? "#" : ""}${events.place[row]}`;
}

/** All that is known of an event, as terms and descriptions. */
function detailsOf(timeline, row) {
  const { events, words } = timeline;
  const source = events.sources[events.source[row]];
  const found = [];
  const add = (key, content) => found.push(spans(element("dt"), words[`detail.${key}`]), content);
  for (const [key, content] of timesOf(timeline, row)) add(key, content);
  add("level", spans(element("dd", `tl-l${events.level[row]}`), words[`level.${events.level[row]}`] || words["level.0"]));
  add("source", element("dd", "tl-from", `${visible(source.path)}:${placeText(events, row)}`));
  if (speakerText(events, row)) add("component", element("dd", "tl-from", speakerText(events, row)));
  if (events.operation(row)) add("operation", element("dd", "tl-from", visible(events.operation(row))));
  const content = element("dd");
  const message = events.message(row);
  if (message) content.append(element("pre", "tl-said", visible(message, true)));
  const cut = cutWord(message, events.about.cut);
  if (cut) content.append(spans(element("small"), words[cut], { count: events.about.cut }));
  add("message", content);
  return found;
}

/** The time of an event, in UTC and on the machine's clock where that is known. */
function timesOf(timeline, row) {
  const { events, words, clock } = timeline;
  if (row >= events.dated) return [];
  const doubt = words[`certainty.${events.certainty[row]}`];
  return (clock.zone ? [false, true] : [false]).map((host) => {
    const text = clock.text(events.time[row], timeline.precise[events.source[row]], host);
    const content = element("dd", "", `${text} ${clock.suffix(events.time[row], host)} `);
    return [host ? "host_time" : "time", doubt ? spans(content, doubt) : content];
  });
}

function cutWord(message, longest) {
  if (!message) return "detail.silent";
  if (!message.endsWith("\u2026")) return "";
  return [...message].length >= longest ? "detail.cut" : "detail.shortened";
}

/** What can be done from an event. */
function actionsOf(timeline, row) {
  const { events, words } = timeline;
  const made = [];
  const add = (key, act) => {
    const button = spans(element("button"), words[`detail.${key}`]);
    button.type = "button";
    button.addEventListener("click", act);
    made.push(button);
  };
  if (row < events.dated) add("around", () => timeline.showAround(row));
  add("only_source", () => timeline.chooseSources((index) => index === events.source[row]));
  if (events.operation(row)) add("only_operation", () => timeline.chooseOperation(events.operation(row)));
  const link = spans(element("a"), words["detail.link"]);
  link.href = addressOf(timeline);
  made.push(link);
  return made;
}

/** The label of a lane: it chooses its log. */
function laneOf(timeline, index) {
  const source = timeline.events.sources[index];
  const label = element("label", "tl-lane");
  const box = element("input");
  box.type = "checkbox";
  box.name = "tl-source";
  box.value = index;
  box.checked = true;
  const path = element("span", "tl-path", visible(source.path.split("/").slice(-2).join("/")));
  path.title = visible(source.path);
  label.append(box, path);
  const state = coverageState(source, timeline.failure);
  if (state) label.append(spans(element("small"), timeline.words[state]));
  else label.append(element("small", "tl-num", source.events.toLocaleString("en")));
  return label;
}

/** The phrase for a log that cannot show the failure; an hour before it counts as covered. */
function coverageState(source, failure) {
  if (source.first === null) return "no_dated";
  if (failure === null) return "";
  if (source.first > failure) return "starts_after";
  return source.last < failure - 60 * MINUTE ? "ends_before" : "";
}

const FINDING_SIGNS = { fault: "\u25bc", benign: "\u25cb", context: "\u25a1", success: "\u2713" };

/** The mark of a finding: it leads to what the page says about it. */
function markOf(timeline, finding) {
  const link = element("a", `tl-mark tl-${finding.kind}`);
  link.href = `#finding-${encodeURIComponent(finding.rule)}`;
  const sign = element("span", "", FINDING_SIGNS[finding.kind] || FINDING_SIGNS.context);
  sign.setAttribute("aria-hidden", "true");
  const tip = element("span", "tl-tip");
  spans(tip, timeline.words[`mark.${finding.kind}`] || timeline.words["mark.context"]);
  tip.append(" ");
  spans(tip, finding.title);
  link.append(sign, tip);
  return link;
}

const MARK_SIZE = 24;
const MARK_ROWS = 4;

/** Puts marks at their shares of the width so that none covers another: in rows, and beside each other when all are full. */
function spreadMarks(box, marks) {
  const width = box.clientWidth || 1;
  const ends = [];
  for (const [at, link] of [...marks].sort((one, other) => one[0] - other[0])) {
    link.hidden = at < 0 || at > 1;
    if (link.hidden) continue;
    const wanted = at * width - MARK_SIZE / 2;
    let row = ends.findIndex((end) => end <= wanted);
    if (row < 0) row = ends.length < MARK_ROWS ? ends.length : ends.indexOf(Math.min(...ends));
    const left = Math.max(wanted, ends[row] ?? -Infinity);
    ends[row] = left + MARK_SIZE;
    link.style.left = `${left + MARK_SIZE / 2}px`;
    link.style.top = `${1 + row * MARK_SIZE}px`;
    link.classList.toggle("tl-right", left > width / 2);
  }
  box.style.height = `${2 + Math.max(1, ends.length) * MARK_SIZE}px`;
}

/** Dragging over a picture chooses a part of its time, a click brings the list there. range: the time it shows. */
function listenToBrush(timeline, field, range) {
  const mark = field.querySelector(".tl-brush");
  let start = null;
  const at = (event) => {
    const box = field.getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
  };
  const time = (share) => range().from + share * (range().to - range().from);
  const stop = () => {
    start = null;
    if (mark) mark.hidden = true;
  };
  field.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    start = at(event);
    field.setPointerCapture(event.pointerId);
  });
  field.addEventListener("pointermove", (event) => {
    if (start === null || !mark) return;
    mark.hidden = false;
    mark.style.left = `${Math.min(start, at(event)) * 100}%`;
    mark.style.width = `${Math.abs(at(event) - start) * 100}%`;
  });
  field.addEventListener("pointercancel", stop);
  field.addEventListener("pointerup", (event) => {
    if (start === null) return;
    const [low, high] = [Math.min(start, at(event)), Math.max(start, at(event))];
    stop();
    if (high - low > 0.008) timeline.zoom(time(low), time(high));
    else timeline.goTo(time(low));
  });
}
