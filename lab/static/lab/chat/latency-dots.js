/** The most recent latencies as dots, newest at the right, on a logarithmic scale. */
import { throttle } from "../shared/throttle.js";

const SHOWN = 40; // dots
const LINES = { "1 ms": 1, "10 ms": 10, "100 ms": 100, "1 s": 1_000, "10 s": 10_000 };
const TOP = 4; // the scale ends at 10^TOP ms
const LEFT = 16; // percent of the width, for the names of the lines
const RIGHT = 98; // percent, of the newest dot
const STEP = (RIGHT - LEFT) / SHOWN; // percent from one dot to the next
const REDRAW = 200; // ms, at least, between drawings

export class LatencyDots {
  undrawn = []; // latencies, ms
  count = 0; // dots drawn
  band = null;

  constructor(svg) {
    this.svg = svg;
    this.dots = create("svg", { class: "dots", width: "100%", height: "100%" });
    for (const [name, ms] of Object.entries(LINES)) {
      const y = `${percent(ms)}%`;
      const line = create("line", { x1: `${LEFT}%`, x2: "100%", y1: y, y2: y });
      const label = create("text", { x: 0, y, dy: "0.35em" });
      label.textContent = name;
      svg.append(line, label);
    }
    svg.append(this.dots);
    this.redraw = throttle(() => this.draw(), REDRAW);
  }

  clear() {
    this.undrawn = [];
    this.count = 0;
    this.dots.replaceChildren();
  }

  /** Shade the range in which latencies are expected, ms. */
  setBand(least, most) {
    this.band ??= this.createBand();
    const [bottom, top] = [percent(least), percent(most)];
    this.band.setAttribute("y", `${top - 2.5}%`);
    this.band.setAttribute("height", `${bottom - top + 5}%`); // the size of a dot is included
  }

  createBand() {
    const band = create("rect", { class: "band", x: `${LEFT}%`, width: `${100 - LEFT}%` });
    this.svg.prepend(band);
    return band;
  }

  add(latency) {
    this.undrawn.push(latency);
    if (this.undrawn.length > SHOWN) this.undrawn.shift();
    this.redraw();
  }

  /** Put the new dots at the right end of a strip that moves to the left; the oldest elements are reused. */
  draw() {
    for (const ms of this.undrawn.splice(0)) {
      this.count += 1;
      const full = this.dots.childElementCount === SHOWN;
      const dot = full ? this.dots.firstElementChild : create("circle", { r: 4 });
      dot.setAttribute("cx", `${this.count * STEP}%`);
      dot.setAttribute("cy", `${percent(ms)}%`);
      this.dots.append(dot);
    }
    this.dots.setAttribute("x", `${RIGHT - this.count * STEP}%`);
  }
}

/** The place of a latency, in percent from the top. */
function percent(ms) {
  return 90 - (80 * Math.log10(Math.min(Math.max(ms, 1), 10 ** TOP))) / TOP;
}

function create(name, attributes = {}) {
  const created = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [attribute, value] of Object.entries(attributes)) created.setAttribute(attribute, value);
  return created;
}
