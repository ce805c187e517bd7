// The pictures: density over time, the whole range as a strip below it, and one lane of coverage for each source.

const AXIS = 18;
const STEPS = [
  0.001, 0.01, 0.1, 1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10800, 21600, 43200, 86400, 2 * 86400, 7 * 86400, 14 * 86400,
  30 * 86400, 91 * 86400, 365 * 86400, 5 * 365 * 86400, 50 * 365 * 86400,
];

/** What kind of bar a level belongs to: 0 error, 1 warning, 2 other. */
const KIND = [2, 0, 0, 1, 2, 2, 2, 2];

/** The colours that the page has now. */
function colours(root) {
  const style = getComputedStyle(root);
  const found = {};
  for (const name of ["ink", "paper", "line", "accent", "error", "warning", "muted", "other"]) {
    found[name] = style.getPropertyValue(`--tl-${name}`).trim() || "#888";
  }
  return found;
}

/** A canvas fitted to its place, ready to be drawn on in CSS pixels: [context, width, height]. */
function fitted(canvas) {
  const { width, height } = canvas.getBoundingClientRect();
  const scale = Math.min(3, window.devicePixelRatio || 1);
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  return [pen, width, height];
}

/** A pattern that tells a bar from the others without its colour. */
function hatch(pen, colour, paper, dots) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const own = tile.getContext("2d");
  if (paper) {
    own.fillStyle = paper;
    own.fillRect(0, 0, 6, 6);
  }
  own.fillStyle = own.strokeStyle = colour;
  if (dots) own.fillRect(1, 1, 2, 2);
  else {
    own.lineWidth = 2.2;
    for (const shift of [-6, 0, 6]) {
      own.beginPath();
      own.moveTo(shift - 1, 7);
      own.lineTo(shift + 7, -1);
      own.stroke();
    }
  }
  return pen.createPattern(tile, "repeat");
}

/** How many events of each kind fall into each of `bins` stretches between two times; rows in order of time. */
function binned(events, rows, from, to, bins) {
  const counts = new Uint32Array(bins * 3);
  const share = bins / Math.max(1, to - from);
  const last = events.firstAt(to + 1, rows);
  for (let i = events.firstAt(from, rows); i < last; i++) {
    const row = rows[i];
    const bin = Math.min(bins - 1, Math.floor((events.time[row] - from) * share));
    counts[bin * 3 + KIND[events.level[row]]]++;
  }
  return counts;
}

/** The same for events that are only counted. */
function binnedRest(rest, from, to, bins) {
  const counts = new Float64Array(bins);
  const share = bins / Math.max(1, to - from);
  for (let i = 0; i < rest.rows; i++) {
    const first = Math.max(0, Math.floor((rest.times[i] - from) * share));
    const last = Math.min(bins - 1, Math.floor((rest.times[i] + rest.width - from) * share));
    if (last < first) continue;
    const each = (rest.errors[i] + rest.warnings[i] + rest.others[i]) / (last - first + 1);
    for (let bin = first; bin <= last; bin++) counts[bin] += each;
  }
  return counts;
}

/** Draw bars: height by the square root; errors stand at the bottom and are never too small to be seen. */
function drawBars(pen, counts, rest, box, colour) {
  const bins = counts.length / 3;
  const width = box.width / bins;
  const warning = hatch(pen, colour.warning, colour.paper, false);
  const counted = hatch(pen, colour.muted, null, true);
  let most = 1;
  for (let bin = 0; bin < bins; bin++) {
    most = Math.max(most, counts[bin * 3] + counts[bin * 3 + 1] + counts[bin * 3 + 2] + rest[bin]);
  }
  for (let bin = 0; bin < bins; bin++) {
    const kinds = [counts[bin * 3], counts[bin * 3 + 1], counts[bin * 3 + 2], rest[bin]];
    const total = kinds[0] + kinds[1] + kinds[2] + kinds[3];
    if (!total) continue;
    const height = Math.max(3, box.height * Math.sqrt(total / most));
    let low = 0;
    kinds.forEach((count, kind) => {
      if (!count) return;
      const tall = Math.min(box.height - low, Math.max(kind < 2 ? 4 : 1.5, (height * count) / total));
      pen.fillStyle = [colour.error, warning, colour.other, counted][kind];
      pen.fillRect(bin * width, box.top + box.height - low - tall, Math.max(1, width - (width > 3 ? 1 : 0)), tall);
      low += tall;
    });
  }
  return most;
}

/** Ticks of a time axis: [time, label], one in 60 to 100 pixels, on round times of the chosen clock. */
function ticks(clock, from, to, width) {
  const wanted = ((to - from) / 1e6 / Math.max(1, width)) * (to - from < 864e8 ? 74 : 62);
  const step = (STEPS.find((one) => one >= wanted) || STEPS.at(-1)) * 1e6;
  const found = [];
  const shift = clock.offset(from) * 1e6;
  const years = to - from > 300 * 864e8;
  let day = "";
  for (let local = Math.ceil((from + shift) / step) * step; local - shift <= to && found.length < 40; local += step) {
    const text = clock.text(local - shift, step < 1e6 ? 3 : 0);
    const date = text.slice(0, -(step < 1e6 ? 13 : 9));
    const hour = step < 6e7 ? text.slice(date.length + 1) : text.slice(date.length + 1, date.length + 6);
    const isDay = step >= 864e8 || (date !== day && hour === "00:00");
    found.push([local - shift, isDay ? (years ? date.slice(0, -3) : date.slice(-5)) : hour]);
    day = date;
  }
  return found;
}

function drawAxis(pen, clock, view, box, colour) {
  pen.font = "11px system-ui, sans-serif";
  pen.textBaseline = "top";
  pen.fillStyle = colour.muted;
  pen.strokeStyle = colour.line;
  const y = box.top + box.height;
  pen.beginPath();
  pen.moveTo(0, y + 0.5);
  pen.lineTo(box.width, y + 0.5);
  for (const [time, label] of ticks(clock, view.from, view.to, box.width)) {
    const x = Math.round(((time - view.from) / (view.to - view.from)) * box.width) + 0.5;
    pen.moveTo(x, y);
    pen.lineTo(x, y + 4);
    const wide = pen.measureText(label).width;
    pen.fillText(label, Math.min(Math.max(0, x - wide / 2), box.width - wide), y + 5);
  }
  pen.stroke();
}

/** The large picture: what passes the filter, in the part of time that is looked at. */
function drawDensity(canvas, events, rows, view, clock, colour) {
  const [pen, width, height] = fitted(canvas);
  const bins = Math.max(20, Math.floor(width / 3));
  const box = { top: 14, width, height: height - AXIS - 14 };
  const counts = binned(events, rows, view.from, view.to, bins);
  const most = drawBars(pen, counts, binnedRest(events.rest, view.from, view.to, bins), box, colour);
  drawAxis(pen, clock, view, box, colour);
  pen.textBaseline = "top";
  pen.fillText(`\u2264 ${Math.round(most).toLocaleString("en")}`, 0, 0);
}

/** The strip of the whole range, with a frame around the part that is looked at. */
function drawOverview(canvas, events, rows, whole, view, colour) {
  const [pen, width, height] = fitted(canvas);
  const bins = Math.max(20, Math.floor(width / 2));
  const counts = binned(events, rows, whole.from, whole.to, bins);
  drawBars(pen, counts, binnedRest(events.rest, whole.from, whole.to, bins), { top: 2, width, height: height - 4 }, colour);
  const at = (time) => ((time - whole.from) / (whole.to - whole.from)) * width;
  const left = Math.max(0, at(view.from));
  const right = Math.min(width, Math.max(left + 3, at(view.to)));
  pen.globalAlpha = 0.55;
  pen.fillStyle = colour.paper;
  pen.fillRect(0, 0, left, height);
  pen.fillRect(right, 0, width - right, height);
  pen.globalAlpha = 1;
  pen.strokeStyle = colour.accent;
  pen.lineWidth = 2;
  pen.strokeRect(left + 1, 1, Math.max(1, right - left - 2), height - 2);
}

/** For each source and each of `bins` stretches of the view: 0 nothing, else 3 minus the worst kind of event there. */
function coverage(events, view, bins) {
  const seen = new Uint8Array(events.sources.length * bins);
  const share = bins / Math.max(1, view.to - view.from);
  const last = events.firstAt(view.to + 1);
  for (let i = events.firstAt(view.from); i < last; i++) {
    const bin = Math.min(bins - 1, Math.floor((events.time[i] - view.from) * share));
    const at = events.source[i] * bins + bin;
    const weight = 3 - KIND[events.level[i]];
    if (seen[at] < weight) seen[at] = weight;
  }
  return seen;
}

/** The lanes that can be seen: a line from the first to the last event, and blocks where there are events. */
function drawLanes(canvas, events, order, chosen, view, failure, tall, scrolled, colour) {
  const [pen, width, height] = fitted(canvas);
  const bins = Math.max(20, Math.floor(width / 3));
  const seen = coverage(events, view, bins);
  const at = (time) => ((time - view.from) / (view.to - view.from)) * width;
  const warning = hatch(pen, colour.warning, colour.paper, false);
  const ink = [null, colour.muted, warning, colour.error];
  const first = Math.max(0, Math.floor(scrolled / tall));
  for (let lane = first; lane < order.length && lane * tall - scrolled < height; lane++) {
    const source = events.sources[order[lane]];
    const top = lane * tall - scrolled;
    pen.globalAlpha = chosen[order[lane]] ? 1 : 0.35;
    drawSpan(pen, source, at, top + tall / 2, failure, width, colour);
    for (let bin = 0; bin < bins; bin++) {
      const kind = seen[order[lane] * bins + bin];
      if (!kind) continue;
      pen.fillStyle = ink[kind];
      const half = kind === 3 ? 9 : kind === 2 ? 7 : 5;
      pen.fillRect((bin * width) / bins, top + tall / 2 - half, Math.max(2, width / bins), half * 2);
    }
    pen.globalAlpha = 1;
    pen.fillStyle = colour.line;
    pen.fillRect(0, top + tall - 1, width, 1);
  }
  if (failure !== null && at(failure) >= 0 && at(failure) <= width) {
    pen.strokeStyle = colour.ink;
    pen.setLineDash([4, 3]);
    pen.lineWidth = 2;
    pen.beginPath();
    pen.moveTo(at(failure), 0);
    pen.lineTo(at(failure), height);
    pen.stroke();
  }
}

/** From the first to the last event; the time that a log which starts after the failure does not cover is crossed. */
function drawSpan(pen, source, at, y, failure, width, colour) {
  if (source.first === null) return;
  const left = Math.max(0, at(source.first));
  const right = Math.min(width, at(source.last));
  pen.fillStyle = colour.muted;
  if (right >= 0 && left <= width) pen.fillRect(left, y - 1, Math.max(2, right - left), 2);
  if (failure !== null && source.first > failure) {
    pen.fillStyle = hatch(pen, colour.error, null, false);
    const begin = Math.max(0, at(failure));
    pen.fillRect(begin, y - 5, Math.max(0, Math.min(width, at(source.first)) - begin), 10);
  }
}
