// The events: unpacking the columns, searching and filtering them. Nothing here touches the page.

/** Bytes of a base64 text. */
function bytesOf(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const plain = atob(text);
  const bytes = new Uint8Array(plain.length);
  for (let i = 0; i < plain.length; i++) bytes[i] = plain.charCodeAt(i);
  return bytes;
}

/** What gzip unpacks to. */
async function unpack(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Reads byte planes one behind the other. */
class Planes {
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }

  /** A column of whole numbers, not negative. Wide ones come as doubles, which are exact up to 2^53. */
  column(rows, planes) {
    const values = planes > 4 ? new Float64Array(rows) : new Uint32Array(rows);
    for (let plane = 0, weight = 1; plane < planes; plane++, weight *= 256) {
      const bytes = this.bytes.subarray(this.at, (this.at += rows));
      for (let i = 0; i < rows; i++) values[i] += bytes[i] * weight;
    }
    return values;
  }

  columns(list, rows) {
    const found = {};
    for (const [name, planes] of list) found[name] = this.column(rows, planes);
    return found;
  }
}

/** Undo zigzag: 0, 1, 2, 3 are 0, -1, 1, -2. */
const signed = (value) => (value % 2 ? -(value + 1) / 2 : value / 2);

/** All events, by column and by time; those without a time behind `dated`. Times are µs since 1970 UTC. */
class Events {
  constructor(bytes) {
    const length = new DataView(bytes.buffer).getUint32(0, true);
    this.about = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
    const planes = new Planes(bytes, 4 + length);
    const coded = planes.columns(this.about.columns, this.about.rows);
    this.rest = this.restOf(planes);
    this.rows = this.about.rows;
    this.dated = this.about.dated;
    this.sources = this.about.sources;
    this.source = coded.source;
    this.speaker = coded.speaker;
    this.job = coded.job;
    this.readTimes(coded.time);
    this.readMarks(coded.mark);
    this.readPlaces(coded.place);
    this.text = new TextDecoder().decode(bytes.subarray(planes.at));
    this.findEnds();
    this.readWords(coded.word);
  }

  restOf(planes) {
    const about = this.about.rest;
    const rest = planes.columns(about.columns, about.rows);
    const times = new Float64Array(about.rows);
    let stretch = about.first;
    for (let i = 0; i < about.rows; i++) times[i] = (stretch += i ? rest.stretch[i] : 0) * about.width * 1e6;
    return { rows: about.rows, events: about.events, width: about.width * 1e6, times, ...rest };
  }

  readTimes(since) {
    this.time = new Float64Array(this.rows);
    let now = this.about.start;
    for (let i = 0; i < this.dated; i++) this.time[i] = (now += since[i]) * this.about.unit;
  }

  readMarks(marks) {
    this.level = new Uint8Array(this.rows);
    this.certainty = new Uint8Array(this.rows);
    for (let i = 0; i < this.rows; i++) {
      this.level[i] = marks[i] & 7;
      this.certainty[i] = marks[i] >> 3;
    }
  }

  readPlaces(steps) {
    this.place = new Float64Array(this.rows);
    const last = new Float64Array(this.sources.length);
    for (let i = 0; i < this.rows; i++) this.place[i] = last[this.source[i]] += signed(steps[i]);
  }

  /** Where each message of the dictionary ends. */
  findEnds() {
    const ends = [];
    for (let at = this.text.indexOf("\0"); at >= 0; at = this.text.indexOf("\0", at + 1)) ends.push(at);
    this.ends = Uint32Array.from(ends);
  }

  /** 0 is the next message that the source is the first to say, anything else a distance from its last one. */
  readWords(codes) {
    const next = new Uint32Array(this.sources.length + 1);
    for (let i = 0; i < this.rows; i++) if (codes[i] === 0) next[this.source[i] + 1]++;
    for (let i = 1; i < next.length; i++) next[i] += next[i - 1];
    const last = new Float64Array(this.sources.length).fill(-1);
    this.word = new Uint32Array(this.rows);
    for (let i = 0; i < this.rows; i++) {
      const source = this.source[i];
      const word = codes[i] === 0 ? next[source]++ : last[source] + 1 + signed(codes[i] - 1);
      this.word[i] = last[source] = word;
    }
  }

  message(row) {
    const word = this.word[row];
    return this.text.slice(word ? this.ends[word - 1] + 1 : 0, this.ends[word]);
  }

  component(row) {
    return this.about.speakers[this.speaker[row]][0];
  }

  eventId(row) {
    return this.about.speakers[this.speaker[row]][1];
  }

  operation(row) {
    return this.job[row] ? this.about.jobs[this.job[row] - 1] : "";
  }

  /** The first row, of those with a time, that is not before a moment; `rows` narrows it down to some, in order. */
  firstAt(moment, rows = null) {
    let low = 0;
    let high = rows ? rows.length : this.dated;
    while (low < high) {
      const half = (low + high) >> 1;
      if (this.time[rows ? rows[half] : half] < moment) low = half + 1;
      else high = half;
    }
    return low;
  }

  /** The dictionary in small letters, of the same length: the one letter that grows is kept from it. */
  prepareSearch() {
    if (this.small === undefined) this.small = lower(this.text);
  }

  /** Which messages of the dictionary hold a text, case ignored: 1 for each that does. */
  wordsWith(text) {
    this.prepareSearch();
    const found = new Uint8Array(this.ends.length);
    const wanted = lower(text.replaceAll("\0", ""));
    let word = 0;
    for (let at = this.small.indexOf(wanted); at >= 0; at = this.small.indexOf(wanted, this.ends[word] + 1)) {
      word = this.wordAt(at, word);
      found[word] = 1;
    }
    return found;
  }

  /** The message that a place of the dictionary belongs to, which is not before `from`: steps that double, then halves. */
  wordAt(place, from) {
    let low = from;
    let width = 1;
    while (low + width < this.ends.length && this.ends[low + width] < place) {
      low += width;
      width *= 2;
    }
    let high = Math.min(this.ends.length - 1, low + width);
    while (low < high) {
      const half = (low + high) >> 1;
      if (this.ends[half] < place) low = half + 1;
      else high = half;
    }
    return low;
  }

  /** Rows that pass a filter, in order: [with a time, without]. */
  matching(filter) {
    const levels = filter.levels;
    const sources = filter.sources;
    const said = filter.text ? this.wordsWith(filter.text) : null;
    const spoken = filter.component ? this.speakersWith(filter.component) : null;
    const named = filter.text ? this.speakersWith(filter.text, true) : null;
    const jobs = filter.operation ? this.jobsWith(filter.operation) : null;
    const found = new Uint32Array(this.rows);
    let count = 0;
    let dated = 0;
    for (let i = 0; i < this.rows; i++) {
      if (i === this.dated) dated = count;
      if (!levels[this.level[i]] || !sources[this.source[i]]) continue;
      if (spoken && !spoken[this.speaker[i]]) continue;
      if (jobs && !jobs[this.job[i]]) continue;
      if (said && !said[this.word[i]] && !named[this.speaker[i]]) continue;
      found[count++] = i;
    }
    if (this.dated === this.rows) dated = count;
    return [found.subarray(0, dated), found.subarray(dated, count)];
  }

  /** 1 for each speaker whose name holds a text, or with `ids` whose event id is that text. */
  speakersWith(text, ids = false) {
    const wanted = lower(text);
    return Uint8Array.from(this.about.speakers, ([component, id]) =>
      Number(lower(component).includes(wanted) || (ids && id !== null && String(id) === wanted)),
    );
  }

  jobsWith(text) {
    const wanted = lower(text);
    return Uint8Array.from(["", ...this.about.jobs], (job) => Number(job !== "" && lower(job).includes(wanted)));
  }
}

/** A filter that everything passes. */
function openFilter(events) {
  const sources = new Uint8Array(events.sources.length).fill(1);
  return { levels: new Uint8Array(8).fill(1), sources, text: "", component: "", operation: "" };
}

/** Where in some rows, which are in order, a row is or would be. */
function placeOf(row, rows) {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const half = (low + high) >> 1;
    if (rows[half] < row) low = half + 1;
    else high = half;
  }
  return low;
}

/** Small letters, exactly as many as there were. */
function lower(text) {
  const small = text.toLowerCase();
  return small.length === text.length ? small : text.replaceAll("\u0130", "I").toLowerCase();
}

const UNSEEN =
  /([\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udfff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff])\1*/g;
const TOWERS = /([\u0300-\u036f\u20d0-\u20f0]{3})[\u0300-\u036f\u20d0-\u20f0]+/g;
const NAMES = { 0: "NUL", 7: "BEL", 8: "BS", 13: "CR", 27: "ESC", 127: "DEL", 0xfeff: "BOM" };

/** Text of the evidence as it can be shown: nothing hidden, nothing that turns the reading direction. */
function visible(text, lines = false) {
  const plain = text.replace(TOWERS, "$1").replace(UNSEEN, (run, one) => {
    const code = one.codePointAt(0);
    const name = NAMES[code] || `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
    const count = run.length / one.length;
    return count <= 3 ? `\u27e8${name}\u27e9`.repeat(count) : `\u27e8${name} \u00d7${count}\u27e9`;
  });
  return lines ? plain : plain.replaceAll("\n", " \u23ce ").replaceAll("\t", " ");
}

/** The clock of the reader's choice. */
class Clock {
  constructor(zone) {
    this.zone = zone;
    this.host = false;
  }

  /** Seconds east of UTC of the chosen clock at a time. */
  offset(time, host = this.host) {
    if (!host || !this.zone) return 0;
    let shift = this.zone.changes[0][1];
    for (const [since, seconds] of this.zone.changes) if (time >= since) shift = seconds;
    return shift;
  }

  /** `2024-05-01 03:06:52.123`, with as much of a second as is wanted: 0, 3 or 6 digits. */
  text(time, digits = 3, host = this.host) {
    const local = time + this.offset(time, host) * 1e6;
    const whole = Math.floor(local / 1000);
    if (Math.abs(whole) > 8.64e15) return String(time);
    const iso = new Date(whole).toISOString();
    const end = iso.length - 5;
    const fraction = String(local - Math.floor(local / 1e6) * 1e6).padStart(6, "0");
    return iso.slice(0, end).replace("T", " ") + (digits ? `.${fraction.slice(0, digits)}` : "");
  }

  /** `+09:00` or `UTC`. */
  suffix(time, host = this.host) {
    if (!host || !this.zone) return "UTC";
    const seconds = this.offset(time, host);
    const minutes = Math.abs(seconds) / 60;
    const two = (value) => String(Math.floor(value)).padStart(2, "0");
    return `${seconds < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
  }
}
