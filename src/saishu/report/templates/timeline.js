// The timeline: brings events, pictures and list together, and listens to the reader.

const DATED = 0;
const UNDATED = 1;
const MINUTE = 60e6;
const HASH = "#timeline?";

class Timeline {
  constructor(root, events) {
    this.root = root;
    this.events = events;
    this.about = events.about;
    this.words = this.about.words;
    this.clock = new Clock(this.about.zone);
    this.failure = this.about.failure;
    this.which = DATED;
    this.opened = null;
    this.order = this.laneOrder();
    this.precise = this.preciseSources();
    this.whole = this.wholeRange();
    this.view = this.firstView();
    this.filter = this.noFilter();
    this.list = new List(this.find(".tl-scroll"), (row, line) => this.fill(row, line), (row) => this.open(row));
    this.build();
    this.listen();
    this.readHash() || this.update(this.failure);
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  all(selector) {
    return [...this.root.querySelectorAll(selector)];
  }

  noFilter() {
    return {
      levels: new Uint8Array(8).fill(1),
      sources: new Uint8Array(this.events.sources.length).fill(1),
      text: "",
      component: "",
      operation: "",
    };
  }

  /** Sources with errors first, then with warnings, then by path; those without any time last. */
  laneOrder() {
    const sources = this.events.sources;
    const rank = (one) => (one.first === null ? 3 : one.errors ? 0 : one.warnings ? 1 : 2);
    return sources.map((_, index) => index).sort((a, b) => rank(sources[a]) - rank(sources[b]) || a - b);
  }

  /** How many digits of a second the times of each source are worth. */
  preciseSources() {
    const { time, source, dated } = this.events;
    const digits = new Uint8Array(this.events.sources.length);
    for (let i = 0; i < dated; i++) {
      if (digits[source[i]] === 6) continue;
      if (time[i] % 1000) digits[source[i]] = 6;
      else if (time[i] % 1e6) digits[source[i]] = 3;
    }
    return digits;
  }

  wholeRange() {
    const { time, dated, rest } = this.events;
    const starts = [];
    const ends = [];
    if (dated) {
      starts.push(time[0]);
      ends.push(time[dated - 1]);
    }
    if (rest.rows) {
      starts.push(rest.times[0]);
      ends.push(rest.times[rest.rows - 1] + rest.width);
    }
    if (!starts.length) return { from: 0, to: MINUTE };
    const margin = Math.max(1000, (Math.max(...ends) - Math.min(...starts)) / 200);
    return { from: Math.min(...starts) - margin, to: Math.max(...ends) + margin };
  }

  /** All of it, but where a few events far away would squeeze the rest into a line, without those. */
  firstView() {
    const { time, dated, rest } = this.events;
    if (dated < 200 || rest.rows) return { ...this.whole };
    const low = time[Math.floor(dated / 200)];
    const high = time[Math.ceil(dated - 1 - dated / 200)];
    const wide = Math.max(MINUTE, high - low);
    if (this.whole.to - this.whole.from < 20 * wide) return { ...this.whole };
    const from = Math.min(low, this.failure ?? low) - wide / 10;
    return this.bounded(from, Math.max(high, this.failure ?? high) + wide / 10);
  }

  // What is built once.

  build() {
    this.buildLanes();
    this.buildMarks();
    this.fillChoices("#tl-components", new Set(this.about.speakers.map(([component]) => component)));
    this.fillChoices("#tl-operations", this.about.jobs);
    this.find(".tl-if-jobs").hidden = !this.about.jobs.length;
    this.find(".tl-if-rest").hidden = !this.events.rest.rows;
    this.find(".tl-if-undated").hidden = this.events.dated === this.events.rows || !this.events.dated;
    if (!this.events.dated && this.events.rows) this.which = UNDATED;
    this.find(".tl-static").hidden = false;
    this.find(".tl-live").hidden = false;
  }

  fillChoices(selector, names) {
    const options = [...names].filter(Boolean).slice(0, 300).map((name) => {
      const option = document.createElement("option");
      option.value = name;
      return option;
    });
    this.find(selector).replaceChildren(...options);
  }

  buildLanes() {
    const lanes = this.order.map((index) => this.lane(index));
    this.find(".tl-names").replaceChildren(...lanes);
  }

  lane(index) {
    const source = this.events.sources[index];
    const label = element("label", "tl-lane");
    const box = element("input");
    box.type = "checkbox";
    box.name = "tl-source";
    box.value = index;
    box.checked = true;
    const path = element("span", "tl-path", visible(source.path.split("/").slice(-2).join("/")));
    path.title = visible(source.path);
    label.append(box, path);
    const state = this.coverageState(source);
    if (state) label.append(spans(element("small"), this.words[state]));
    else label.append(element("small", "tl-num", source.events.toLocaleString("en")));
    return label;
  }

  coverageState(source) {
    if (source.first === null) return "no_dated";
    if (this.failure === null) return "";
    if (source.first > this.failure) return "starts_after";
    return source.last < this.failure - 60 * MINUTE ? "ends_before" : "";
  }

  buildMarks() {
    const signs = { fault: "\u25bc", benign: "\u25cb", context: "\u25a1", success: "\u2713" };
    this.marks = this.about.findings.map((finding) => {
      const link = element("a", `tl-mark tl-${finding.kind}`);
      link.href = `#finding-${encodeURIComponent(finding.rule)}`;
      const sign = element("span", "", signs[finding.kind] || "\u25a1");
      sign.setAttribute("aria-hidden", "true");
      const tip = element("span", "tl-tip");
      spans(tip, this.words[`mark.${finding.kind}`] || this.words["mark.context"]);
      tip.append(" ");
      spans(tip, finding.title);
      link.append(sign, tip);
      return [finding.time, link];
    });
    this.find(".tl-marks").replaceChildren(...this.marks.map(([, link]) => link));
  }

  // Listening.

  listen() {
    this.root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (button) this.act(button.dataset.do);
    });
    this.root.addEventListener("change", (event) => this.changed(event.target));
    this.root.addEventListener("input", (event) => this.typed(event.target));
    this.find(".tl-picture").addEventListener("keydown", (event) => this.key(event));
    this.find(".tl-lanes").addEventListener("scroll", () => this.redraw(), { passive: true });
    this.find(".tl-sources").addEventListener("toggle", () => this.redraw());
    this.brush(this.find(".tl-field"), () => this.view, (from, to) => this.zoom(from, to));
    this.brush(this.find(".tl-overview"), () => this.whole, (from, to) => this.zoom(from, to));
    window.addEventListener("hashchange", () => this.readHash() && this.root.scrollIntoView());
    new ResizeObserver(() => this.resized()).observe(this.root);
    for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
      window.matchMedia(query).addEventListener("change", () => this.redraw());
    }
    new MutationObserver(() => this.redraw()).observe(document.documentElement, { attributes: true });
  }

  resized() {
    const width = this.root.clientWidth;
    if (width === this.width) return;
    this.width = width;
    this.list.measure();
    this.list.draw(true);
    this.redraw();
  }

  act(name) {
    const { from, to } = this.view;
    const wide = to - from;
    const around = (span) => this.zoom(this.failure - span, this.failure + span, this.failure);
    const acts = {
      whole: () => this.zoom(this.whole.from, this.whole.to, this.failure),
      hour: () => around(60 * MINUTE),
      minutes: () => around(5 * MINUTE),
      earlier: () => this.pan(-wide / 4),
      later: () => this.pan(wide / 4),
      in: () => this.zoom(from + wide / 4, to - wide / 4),
      out: () => this.zoom(from - wide / 2, to + wide / 2),
      all: () => this.chooseSources(() => true),
      none: () => this.chooseSources(() => false),
      reset: () => this.reset(),
      close: () => this.open(null, true),
    };
    acts[name]?.();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("a")) return;
    const wide = this.view.to - this.view.from;
    const keys = {
      ArrowLeft: () => this.pan(-wide / 10),
      ArrowRight: () => this.pan(wide / 10),
      "+": () => this.act("in"),
      "=": () => this.act("in"),
      "-": () => this.act("out"),
      Home: () => this.pan(this.whole.from - this.view.from),
      End: () => this.pan(this.whole.to - this.view.to),
      Escape: () => this.act("whole"),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }

  changed(input) {
    if (input.name === "tl-level") this.filter.levels[Number(input.value)] = Number(input.checked);
    else if (input.name === "tl-source") this.filter.sources[Number(input.value)] = Number(input.checked);
    else if (input.name === "tl-zone") {
      this.clock.host = input.value === "host";
      this.list.draw(true);
      this.open(this.opened);
      this.redraw();
      return;
    } else if (input.name === "tl-dated") this.which = input.value === "undated" ? UNDATED : DATED;
    else return;
    this.update();
    this.writeHash();
  }

  typed(input) {
    if (!["tl-text", "tl-component", "tl-operation"].includes(input.name)) return;
    clearTimeout(this.typing);
    this.typing = setTimeout(() => {
      this.filter[input.name.slice(3)] = input.value;
      this.update();
      this.writeHash();
    }, 120);
  }

  chooseSources(test) {
    for (const box of this.all("[name=tl-source]")) {
      box.checked = test(Number(box.value));
      this.filter.sources[Number(box.value)] = Number(box.checked);
    }
    this.update();
    this.writeHash();
  }

  reset() {
    this.filter = this.noFilter();
    this.showFilter();
    this.update();
    this.writeHash();
  }

  /** The controls say what the filter is. */
  showFilter() {
    for (const box of this.all("[name=tl-level]")) box.checked = Boolean(this.filter.levels[Number(box.value)]);
    for (const box of this.all("[name=tl-source]")) box.checked = Boolean(this.filter.sources[Number(box.value)]);
    for (const name of ["text", "component", "operation"]) this.find(`[name=tl-${name}]`).value = this.filter[name];
    for (const box of this.all("[name=tl-dated]")) box.checked = (box.value === "undated") === (this.which === UNDATED);
  }

  /** Dragging over a picture chooses a part of its time; a click brings the list there. */
  brush(field, range, done) {
    const mark = this.find(".tl-brush");
    let start = null;
    const at = (event) => {
      const box = field.getBoundingClientRect();
      return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
    };
    const time = (share) => range().from + share * (range().to - range().from);
    field.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      start = at(event);
      field.setPointerCapture(event.pointerId);
    });
    field.addEventListener("pointermove", (event) => {
      if (start === null || field.classList.contains("tl-overview")) return;
      mark.hidden = false;
      mark.style.left = `${Math.min(start, at(event)) * 100}%`;
      mark.style.width = `${Math.abs(at(event) - start) * 100}%`;
    });
    field.addEventListener("pointercancel", () => {
      start = null;
      mark.hidden = true;
    });
    field.addEventListener("pointerup", (event) => {
      if (start === null) return;
      const [low, high] = [Math.min(start, at(event)), Math.max(start, at(event))];
      start = null;
      mark.hidden = true;
      if (high - low > 0.008) done(time(low), time(high));
      else this.goTo(time(low));
    });
  }

  // Where in time we are.

  bounded(from, to) {
    const wide = Math.max(1000, Math.min(to - from, this.whole.to - this.whole.from));
    const middle = (from + to) / 2;
    const low = Math.max(this.whole.from, Math.min(this.whole.to - wide, middle - wide / 2));
    return { from: Math.round(low), to: Math.round(low + wide) };
  }

  zoom(from, to, at = null) {
    this.view = this.bounded(from, to);
    this.which = DATED;
    this.showFilter();
    this.refresh(at);
    this.writeHash();
  }

  pan(by) {
    this.zoom(this.view.from + by, this.view.to + by);
  }

  /** Bring the list to a time, and the view where it can be seen. */
  goTo(time) {
    if (time < this.view.from || time > this.view.to) {
      const half = (this.view.to - this.view.from) / 2;
      this.view = this.bounded(time - half, time + half);
    }
    this.refresh(time);
    this.writeHash();
  }

  // What is shown now.

  /** The filter has changed. */
  update(at = null) {
    const begun = performance.now();
    this.matching = this.events.matching(this.filter);
    this.refresh(at);
    this.root.dataset.filterMs = (performance.now() - begun).toFixed(1);
  }

  /** The view has changed. at: the time that the list opens at; else it stays where it is. */
  refresh(at = null) {
    const kept = this.list.rows.length ? this.list.rows[this.list.active] : null;
    const dated = this.matching[DATED];
    const shown =
      this.which === UNDATED
        ? this.matching[UNDATED]
        : dated.subarray(this.events.firstAt(this.view.from, dated), this.events.firstAt(this.view.to + 1, dated));
    this.list.show(shown, this.indexOf(shown, at, kept));
    this.say(shown.length);
    this.redraw();
  }

  indexOf(rows, at, kept) {
    if (at !== null && this.which === DATED) return this.events.firstAt(at, rows);
    if (kept === null) return 0;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const half = (low + high) >> 1;
      if (rows[half] < kept) low = half + 1;
      else high = half;
    }
    return low;
  }

  say(shown) {
    const key = this.which === UNDATED ? "shown_undated" : "shown";
    const values = { shown: shown.toLocaleString("en"), total: this.about.total.toLocaleString("en") };
    const count = this.find(".tl-count");
    count.replaceChildren();
    spans(count, this.words[key], values);
    if (!shown && this.which === DATED && this.restInView()) {
      count.append(" ");
      spans(count, this.words.only_counted);
    }
    const chosen = this.filter.sources.reduce((sum, one) => sum + one, 0);
    this.find(".tl-chosen").textContent = `${chosen} / ${this.filter.sources.length}`;
  }

  restInView() {
    const { times, width, rows } = this.events.rest;
    for (let i = 0; i < rows; i++) if (times[i] + width > this.view.from && times[i] < this.view.to) return true;
    return false;
  }

  redraw() {
    if (this.drawing) return;
    this.drawing = requestAnimationFrame(() => {
      this.drawing = 0;
      this.draw();
    });
  }

  draw() {
    const colour = colours(this.root);
    const dated = this.matching[DATED];
    drawDensity(this.find(".tl-density"), this.events, dated, this.view, this.clock, colour);
    drawOverview(this.find(".tl-overview"), this.events, dated, this.whole, this.view, colour);
    this.drawLanes(colour);
    this.placeMarks();
    const { from, to } = this.view;
    this.find(".tl-range").textContent = `${this.clock.text(from, 0)} \u2013 ${this.clock.text(to, 0)} ${this.clock.suffix(to)}`;
  }

  drawLanes(colour) {
    const box = this.find(".tl-lanes");
    if (!box.clientHeight) return;
    const canvas = this.find(".tl-cover");
    const tall = parseFloat(getComputedStyle(box).getPropertyValue("--tl-lane")) || 28;
    canvas.style.height = `${Math.min(226, this.order.length * tall)}px`;
    const { filter, view, failure } = this;
    drawLanes(canvas, this.events, this.order, filter.sources, view, failure, tall, box.scrollTop, colour);
  }

  placeMarks() {
    const share = (time) => (time - this.view.from) / (this.view.to - this.view.from);
    for (const [time, link] of this.marks) {
      const at = share(time);
      link.hidden = at < 0 || at > 1;
      link.style.left = `${at * 100}%`;
      link.classList.toggle("tl-right", at > 0.5);
    }
    const line = this.find(".tl-failure");
    const at = this.failure === null ? -1 : share(this.failure);
    line.hidden = at < 0 || at > 1;
    line.style.left = `${at * 100}%`;
    line.classList.toggle("tl-right", at > 0.8);
  }

  fill(row, line) {
    const events = this.events;
    const [time, level, from, speaker, said] = line.children;
    const source = events.sources[events.source[row]];
    line.classList.toggle("tl-after", this.isFirstAfter(row));
    time.textContent = row < events.dated ? this.clock.text(events.time[row], this.precise[events.source[row]]) : "\u2014";
    const doubt = DOUBTS[events.certainty[row]];
    if (doubt) time.append(" ", element("b", "", doubt));
    level.className = `tl-level tl-l${events.level[row]}`;
    level.textContent = SIGNS[events.level[row]] ? `${SIGNS[events.level[row]]} ` : "";
    spans(level, this.words[`level.${events.level[row]}`] || this.words["level.0"]);
    from.textContent = `${visible(source.path.split("/").at(-1))}:${this.place(row)}`;
    const id = events.eventId(row);
    speaker.textContent = [visible(events.component(row)), id === null ? "" : id].filter((one) => one !== "").join(" ");
    said.textContent = visible(events.message(row));
  }

  /** Whether the failure lies between this row and the one above it in the list. */
  isFirstAfter(row) {
    if (this.failure === null || row >= this.events.dated || this.events.time[row] < this.failure) return false;
    const index = this.events.firstAt(this.failure, this.list.rows);
    return this.list.rows[index] === row;
  }

  place(row) {
    const source = this.events.sources[this.events.source[row]];
    return `${source.records ? "#" : ""}${this.events.place[row]}`;
  }

  // One event in full.

  open(row, back = false) {
    const panel = this.find(".tl-detail");
    this.opened = row;
    panel.hidden = row === null;
    if (row === null) {
      if (back) this.find(".tl-scroll").focus();
      return;
    }
    this.find(".tl-detail dl").replaceChildren(...this.details(row));
    this.find(".tl-detail .tl-bar").replaceChildren(...this.actions(row));
    panel.scrollIntoView({ block: "nearest" });
    this.writeHash();
  }

  details(row) {
    const events = this.events;
    const source = events.sources[events.source[row]];
    const id = events.eventId(row);
    const found = [];
    const add = (key, content) => found.push(spans(element("dt"), this.words[`detail.${key}`]), content);
    if (row < events.dated) {
      for (const host of this.about.zone ? [false, true] : [false]) {
        const time = events.time[row];
        const text = `${this.clock.text(time, this.precise[events.source[row]], host)} ${this.clock.suffix(time, host)} `;
        const content = element("dd", "", text);
        if (this.words[`certainty.${events.certainty[row]}`]) spans(content, this.words[`certainty.${events.certainty[row]}`]);
        add(host ? "host_time" : "time", content);
      }
    }
    add("level", spans(element("dd", `tl-l${events.level[row]}`), this.words[`level.${events.level[row]}`]));
    add("source", element("dd", "tl-from", `${visible(source.path)}:${this.place(row)}`));
    const speaker = [visible(events.component(row)), id === null ? "" : id].filter((one) => one !== "").join(" ");
    if (speaker) add("component", element("dd", "tl-from", speaker));
    if (events.operation(row)) add("operation", element("dd", "tl-from", visible(events.operation(row))));
    const content = element("dd");
    content.append(element("pre", "tl-said", visible(events.message(row), true)));
    const cut = this.cutWord(events.message(row));
    if (cut) content.append(spans(element("small"), this.words[cut], { count: this.about.cut }));
    add("message", content);
    return found;
  }

  cutWord(message) {
    if (!message) return "detail.silent";
    if (!message.endsWith("\u2026")) return "";
    return message.length >= this.about.cut ? "detail.cut" : "detail.shortened";
  }

  actions(row) {
    const made = [];
    const add = (key, act) => {
      const button = spans(element("button"), this.words[`detail.${key}`]);
      button.type = "button";
      button.addEventListener("click", act);
      made.push(button);
    };
    const time = this.events.time[row];
    if (row < this.events.dated) {
      add("around", () => {
        this.filter = this.noFilter();
        this.update();
        this.zoom(time - MINUTE, time + MINUTE, time);
        this.select(row);
      });
    }
    add("only_source", () => this.chooseSources((index) => index === this.events.source[row]));
    if (this.events.operation(row)) {
      add("only_operation", () => {
        this.filter.operation = this.events.operation(row);
        this.showFilter();
        this.update();
        this.writeHash();
      });
    }
    const link = spans(element("a"), this.words["detail.link"]);
    link.href = this.hash();
    made.push(link);
    return made;
  }

  /** Make a row active where it is in the list. */
  select(row) {
    const index = this.list.rows.indexOf(row);
    if (index >= 0) this.list.activate(index);
  }

  // Deep links: #timeline?from=…&to=…&at=… (µs UTC), l (levels), s (sources, by number), q, c, o (text, component, operation),
  // path and line for one event.

  hash() {
    const { filter, view } = this;
    const parts = new URLSearchParams();
    if (view.from !== this.whole.from || view.to !== this.whole.to) {
      parts.set("from", Math.round(view.from));
      parts.set("to", Math.round(view.to));
    }
    const levels = [0, 1, 2, 3, 4, 5].filter((level) => filter.levels[level]);
    if (levels.length < 6) parts.set("l", levels.join(""));
    const sources = [...filter.sources.keys()].filter((index) => filter.sources[index]);
    if (sources.length < filter.sources.length) parts.set("s", sources.slice(0, 200).join("."));
    for (const [name, key] of [["q", "text"], ["c", "component"], ["o", "operation"]]) if (filter[key]) parts.set(name, filter[key]);
    if (this.which === UNDATED) parts.set("u", "1");
    if (this.opened !== null) {
      parts.set("path", this.events.sources[this.events.source[this.opened]].path);
      parts.set("line", this.events.place[this.opened]);
    }
    return `${HASH}${parts}`;
  }

  writeHash() {
    try {
      history.replaceState(null, "", this.hash());
    } catch {
      // A browser may refuse it for a page from a mail attachment; the link is a convenience.
    }
  }

  /** Follow a deep link; false when the address holds none. */
  readHash() {
    if (!location.hash.startsWith(HASH)) return false;
    const parts = new URLSearchParams(location.hash.slice(HASH.length));
    const number = (name) => (parts.has(name) && Number.isFinite(Number(parts.get(name))) ? Number(parts.get(name)) : null);
    this.filter = this.noFilter();
    if (parts.has("l")) this.filter.levels = Uint8Array.from([..."01234567"], (level) => Number(parts.get("l").includes(level)));
    if (parts.has("s")) {
      const chosen = new Set(parts.get("s").split(".").map(Number));
      this.filter.sources = this.filter.sources.map((_, index) => Number(chosen.has(index)));
    }
    for (const [name, key] of [["q", "text"], ["c", "component"], ["o", "operation"]]) this.filter[key] = parts.get(name) || "";
    this.which = parts.has("u") ? UNDATED : DATED;
    const row = this.rowAt(parts.get("path"), number("line"));
    const at = number("at") ?? (row !== null && row < this.events.dated ? this.events.time[row] : null);
    if (number("from") !== null && number("to") > number("from")) this.view = this.bounded(number("from"), number("to"));
    else if (at !== null) this.view = this.bounded(at - 60 * MINUTE, at + 60 * MINUTE);
    else this.view = this.firstView();
    this.showFilter();
    this.update(at);
    if (row !== null) this.select(row);
    return true;
  }

  /** The row of a place in a file, null where the page does not hold it. */
  rowAt(path, place) {
    const source = path === null ? -1 : this.events.sources.findIndex((one) => one.path === path);
    if (source < 0 || place === null) return null;
    for (let i = 0; i < this.events.rows; i++) if (this.events.source[i] === source && this.events.place[i] === place) return i;
    return null;
  }
}

async function start() {
  const root = document.getElementById("timeline-part");
  const holder = document.getElementById("timeline-data");
  if (!root || !holder || !holder.textContent.trim()) return;
  try {
    const events = new Events(await unpack(bytesOf(holder.textContent.trim())));
    holder.textContent = "";
    const timeline = new Timeline(root, events);
    timeline.draw();
    root.dataset.state = "ready";
    timeline.list.draw(true);
    performance.mark("timeline-ready");
    setTimeout(() => events.prepareSearch(), 50);
  } catch (trouble) {
    root.dataset.state = "broken";
    root.querySelector(".tl-live").hidden = true;
    root.querySelector(".tl-broken").hidden = false;
    console.warn("timeline", trouble);
  }
}

start();
