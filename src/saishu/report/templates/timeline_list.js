// The list: only the rows that can be seen exist; any number of events scrolls.

const TALLEST = 8_000_000;
const SIGNS = ["", "\u2716", "\u2716", "\u25b2", "", ""];
const DOUBTS = ["", "~", "?", ""];

/** A phrase in both languages, of which the page shows one. */
function spans(parent, words, values = {}) {
  for (const [lang, text] of Object.entries(words)) {
    const span = document.createElement("span");
    span.lang = lang;
    span.textContent = text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
    parent.append(span);
  }
  return parent;
}

/** An element with classes and a text. */
function element(name, classes = "", text = "") {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  if (text) made.textContent = text;
  return made;
}

class List {
  /** scroll: the box that scrolls. most: rows that there can be. fill(row, element): writes one. chosen(row): it was opened. */
  constructor(scroll, most, fill, chosen) {
    this.most = most;
    this.scroll = scroll;
    this.tall = scroll.querySelector(".tl-tall");
    this.fill = fill;
    this.chosen = chosen;
    this.rows = new Uint32Array(0);
    this.active = 0;
    this.pool = [];
    scroll.addEventListener("scroll", () => this.later(), { passive: true });
    scroll.addEventListener("keydown", (event) => this.key(event));
    scroll.addEventListener("click", (event) => this.click(event));
  }

  /** Show other rows, with the one at an index active and in sight. */
  show(rows, index) {
    this.rows = rows;
    this.active = Math.max(0, Math.min(rows.length - 1, index));
    this.measure();
    this.scrollTo(this.active - Math.floor(this.fits / 3));
    this.draw(true);
  }

  /** Take the heights of the box and of a row; a short list needs no tall box. */
  measure() {
    this.high = parseFloat(getComputedStyle(this.scroll).getPropertyValue("--tl-row")) || 27;
    this.scroll.style.maxHeight = `${Math.max(4, this.most) * this.high}px`;
    this.space = this.scroll.clientHeight || 540;
    this.fits = Math.max(1, Math.floor(this.space / this.high));
    this.full = this.rows.length * this.high;
    this.height = Math.min(this.full, TALLEST);
    this.tall.style.height = `${this.height}px`;
  }

  /** Pixels of the list above the box: the browser's own where the list is not too tall for it, else in proportion. */
  get above() {
    const most = this.height - this.space;
    return this.full <= TALLEST || most <= 0 ? this.scroll.scrollTop : (this.scroll.scrollTop / most) * (this.full - this.space);
  }

  scrollTo(index) {
    const above = Math.max(0, Math.min(this.full - this.space, index * this.high));
    const most = this.height - this.space;
    this.scroll.scrollTop = this.full <= TALLEST || most <= 0 ? above : (above / (this.full - this.space)) * most;
  }

  later() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => this.draw(false));
  }

  draw(again) {
    this.waiting = 0;
    const above = this.above;
    const first = Math.max(0, Math.floor(above / this.high) - 2);
    const count = Math.min(this.rows.length - first, this.fits + 6);
    while (this.pool.length < count) this.pool.push(this.element(this.pool.length));
    this.pool.forEach((line, number) => {
      line.hidden = number >= count;
      if (number < count) this.put(line, first + number, again);
    });
    // The browser scrolls what is drawn along, so it is placed where it should be seen now.
    const shift = this.scroll.scrollTop - above;
    for (const line of this.pool) {
      if (!line.hidden) line.style.transform = `translateY(${Number(line.dataset.at) * this.high + shift}px)`;
    }
    const found = this.pool.find((line) => !line.hidden && Number(line.dataset.at) === this.active);
    if (found) this.scroll.setAttribute("aria-activedescendant", found.id);
    else this.scroll.removeAttribute("aria-activedescendant");
  }

  element(number) {
    const line = element("div", "tl-row");
    line.id = `tl-row-${number}`;
    line.setAttribute("role", "option");
    for (const name of ["time", "level", "from", "speaker", "said"]) line.append(element("span", `tl-${name}`));
    this.scroll.append(line);
    return line;
  }

  put(line, at, again) {
    const row = this.rows[at];
    const isActive = at === this.active;
    line.classList.toggle("tl-active", isActive);
    line.setAttribute("aria-selected", String(isActive));
    if (!again && line.dataset.at === String(at) && line.dataset.row === String(row)) return;
    line.dataset.at = at;
    line.dataset.row = row;
    line.setAttribute("aria-posinset", at + 1);
    line.setAttribute("aria-setsize", this.rows.length);
    this.fill(row, line);
  }

  /** Make a row of the list active and bring it into sight. */
  activate(index) {
    if (!this.rows.length) return;
    this.active = Math.max(0, Math.min(this.rows.length - 1, index));
    const first = this.above / this.high;
    if (this.active < first) this.scrollTo(this.active);
    else if (this.active + 1 > first + this.space / this.high) this.scrollTo(this.active + 1 - this.space / this.high);
    this.draw(false);
  }

  key(event) {
    const steps = {
      ArrowDown: 1, ArrowUp: -1, PageDown: this.fits - 1, PageUp: 1 - this.fits, Home: -this.rows.length, End: this.rows.length,
    };
    if (event.key in steps && !event.ctrlKey && !event.metaKey && !event.altKey) this.activate(this.active + steps[event.key]);
    else if (event.key === "Enter" || event.key === " ") this.chosen(this.rows.length ? this.rows[this.active] : null);
    else if (event.key === "Escape") this.chosen(null);
    else return;
    event.preventDefault();
  }

  click(event) {
    const line = event.target.closest(".tl-row");
    if (!line || !this.scroll.contains(line)) return;
    this.active = Number(line.dataset.at);
    this.draw(false);
    this.chosen(Number(line.dataset.row));
  }
}
