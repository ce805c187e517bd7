// What is worked out once from all events: the order of the lanes, how exact times are, and which time is shown at first.

/** Logs with errors first, then with warnings, then by path; those without any time last. */
function laneOrder(sources) {
  const rank = (one) => (one.first === null ? 3 : one.errors ? 0 : one.warnings ? 1 : 2);
  return sources.map((_, index) => index).sort((a, b) => rank(sources[a]) - rank(sources[b]) || a - b);
}

/** How many digits of a second the times of each log are worth: 0, 3 or 6. */
function digitsOf(events) {
  const { time, source, dated } = events;
  const digits = new Uint8Array(events.sources.length);
  for (let i = 0; i < dated; i++) {
    if (digits[source[i]] === 6) continue;
    if (time[i] % 1000) digits[source[i]] = 6;
    else if (time[i] % 1e6) digits[source[i]] = 3;
  }
  return digits;
}

/** All of the time, with a little margin. */
function wholeRange(events) {
  const { time, dated, rest } = events;
  const times = dated ? [time[0], time[dated - 1]] : [];
  if (rest.rows) times.push(rest.times[0], rest.times[rest.rows - 1] + rest.width);
  if (!times.length) return { from: 0, to: MINUTE };
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const margin = Math.max(MINUTE / 60, (last - first) / 200);
  return { from: first - margin, to: last + margin };
}

/** All of it, but where a few events far away would squeeze the others into a line, without those. */
function firstView(events, whole, failure) {
  const { time, dated, rest } = events;
  if (dated < 200 || rest.rows) return whole;
  const low = time[Math.floor(dated / 100)];
  const high = time[Math.ceil(dated - 1 - dated / 100)];
  const wide = Math.max(MINUTE, high - low);
  if (whole.to - whole.from < 20 * wide) return whole;
  return within(whole, Math.min(low, failure ?? low) - wide / 10, Math.max(high, failure ?? high) + wide / 10);
}

/** A stretch of time moved and narrowed until it lies in the whole. */
function within(whole, from, to) {
  const wide = Math.max(1000, Math.min(to - from, whole.to - whole.from));
  const middle = (from + to) / 2;
  const low = Math.max(whole.from, Math.min(whole.to - wide, middle - wide / 2));
  return { from: low, to: low + wide };
}
