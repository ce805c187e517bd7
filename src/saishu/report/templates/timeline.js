// The timeline: brings events, pictures and list together, and listens to the reader.

const DATED = 0;
const UNDATED = 1;
const MINUTE = 60e6;

class Timeline {
  constructor(root, events) {
    Object.assign(this, { root, events, about: events.about, words: events.about.words });
    this.clock = new Clock(this.about.zone);
    this.failure = this.about.failure;
    this.which = DATED;
    this.opened = null;
    this.order = laneOrder(events.sources);
    this.precise = digitsOf(events);
    this.whole = wholeRange(events);
    this.first = firstView(events, this.whole, this.failure);
    this.view = this.first;
    this.filter = openFilter(this.events);
    const fill = (row, line) => this.fill(row, line);
    this.list = new List(this.find(".tl-scroll"), events.rows, fill, (row) => this.open(row));
    this.build();
    this.listen();
    this.follow() || this.update(this.failure);
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  all(selector) {
    return [...this.root.querySelectorAll(selector)];
  }

  build() {
    this.find(".tl-names").replaceChildren(...this.order.map((index) => laneOf(this, index)));
    this.marks = this.about.findings.map((finding) => [finding.time, markOf(this, finding)]);
    this.find(".tl-marks").replaceChildren(...this.marks.map(([, link]) => link));
    this.fillChoices("#tl-components", new Set(this.about.speakers.map(([component]) => component)));
    this.fillChoices("#tl-operations", this.about.jobs);
    this.find(".tl-if-jobs").hidden = !this.about.jobs.length;
    this.find(".tl-if-rest").hidden = !this.events.rest.rows;
    this.find(".tl-if-undated").hidden = this.events.dated === this.events.rows || !this.events.dated;
    if (!this.events.dated && !this.events.rest.rows) this.which = UNDATED;
    for (const part of this.all(".tl-if-dated")) part.hidden = this.which === UNDATED;
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
    listenToBrush(this, this.find(".tl-field"), () => this.view);
    listenToBrush(this, this.find(".tl-overview"), () => this.whole);
    window.addEventListener("hashchange", () => this.follow() && this.root.scrollIntoView());
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
      for (const name of ["text", "component", "operation"]) this.filter[name] = this.find(`[name=tl-${name}]`).value;
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
    this.filter = openFilter(this.events);
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

  // Where in time we are.

  bounded(from, to) {
    return within(this.whole, from, to);
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
    const kept = this.list.rows.length ? this.list.rows[this.list.active] : 0;
    const dated = this.matching[DATED];
    const shown =
      this.which === UNDATED
        ? this.matching[UNDATED]
        : dated.subarray(this.events.firstAt(this.view.from, dated), this.events.firstAt(this.view.to + 1, dated));
    const isAt = at !== null && this.which === DATED;
    this.list.show(shown, isAt ? this.events.firstAt(at, shown) : placeOf(kept, shown));
    this.say(shown.length);
    this.redraw();
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
    spreadMarks(this.find(".tl-marks"), this.marks.map(([time, link]) => [share(time), link]));
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
    from.textContent = `${visible(source.path.split("/").at(-1))}:${placeText(events, row)}`;
    speaker.textContent = speakerText(events, row);
    said.textContent = visible(events.message(row));
  }

  /** Whether the failure lies between this row and the one above it in the list. */
  isFirstAfter(row) {
    if (this.failure === null || row >= this.events.dated || this.events.time[row] < this.failure) return false;
    const index = this.events.firstAt(this.failure, this.list.rows);
    return this.list.rows[index] === row;
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
    this.find(".tl-detail dl").replaceChildren(...detailsOf(this, row));
    this.find(".tl-detail .tl-bar").replaceChildren(...actionsOf(this, row));
    panel.scrollIntoView({ block: "nearest" });
    this.writeHash();
  }

  /** Everything, unfiltered, a minute before and behind an event. */
  showAround(row) {
    const time = this.events.time[row];
    this.filter = openFilter(this.events);
    this.update();
    this.zoom(time - MINUTE, time + MINUTE, time);
    this.select(row);
  }

  chooseOperation(operation) {
    this.filter.operation = operation;
    this.showFilter();
    this.update();
    this.writeHash();
  }

  /** Make a row active where it is in the list. */
  select(row) {
    const index = this.list.rows.indexOf(row);
    if (index >= 0) this.list.activate(index);
  }

  // The address of what is shown.

  writeHash() {
    try {
      history.replaceState(null, "", addressOf(this));
    } catch {
      // A browser may refuse it for a page from a mail attachment; the link is a convenience.
    }
  }

  /** Show what the address of the page asks for; false when it asks for nothing. */
  follow() {
    const asked = askedFor(this, location.hash);
    if (!asked) return false;
    this.filter = asked.filter;
    this.which = asked.which;
    this.view = asked.view;
    this.showFilter();
    this.update(asked.at);
    if (asked.row !== null) this.select(asked.row);
    return true;
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
