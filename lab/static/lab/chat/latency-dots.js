/** The latest latencies as dots, newest at the right, on a logarithmic scale. */
import { seldom } from "../shared/throttle.js";

const SHOWN = 40; // dots
const LINES = { "1 ms": 1, "10 ms": 10, "100 ms": 100, "1 s": 1_000, "10 s": 10_000 };
const TOP = 4; // the scale ends at 10^TOP ms
const LEFT = 16; // percent kept for the names of the lines
const [RIGHT, STEP] = [98, (98 - LEFT) / SHOWN]; // percent: the newest dot, and from one to the next
const LOOK = 200; // ms between drawings

export class Strip {
  waiting = []; // latencies that are not drawn yet
  count = 0; // dots drawn

  constructor(svg) {
    this.svg = svg;
    this.dots = make("svg", { class: "dots", width: "100%", height: "100%" });
    for (const [name, ms] of Object.entries(LINES)) {
      const line = make("line", { x1: `${LEFT}%`, x2: "100%", y1: height(ms), y2: height(ms) });
      const label = make("text", { x: 0, y: height(ms), dy: "0.35em" });
      label.textContent = name;
      svg.append(line, label);
    }
    svg.append(this.dots);
    this.draw = seldom(() => this.show(), LOOK);
  }

  /** Shade where the latencies are expected, ms. */
  expect(least, most) {
    this.band ??= this.makeBand();
    const [low, high] = [place(least), place(most)];
    this.band.setAttribute("y", `${high - 2.5}%`);
    this.band.setAttribute("height", `${low - high + 5}%`); // a dot's size is inside
  }

  makeBand() {
    const band = make("rect", { class: "band", x: `${LEFT}%`, width: `${100 - LEFT}%` });
    this.svg.prepend(band);
    return band;
  }

  add(latency) {
    this.waiting.push(latency);
    if (this.waiting.length > SHOWN) this.waiting.shift();
    this.draw();
  }

  /** Each dot has its place on a band without an end, which moves to the left; the oldest is used again. */
  show() {
    for (const ms of this.waiting.splice(0)) {
      this.count += 1;
      const full = this.dots.childElementCount === SHOWN;
      const dot = full ? this.dots.firstElementChild : make("circle", { r: 4 });
      dot.setAttribute("cx", `${this.count * STEP}%`);
      dot.setAttribute("cy", height(ms));
      this.dots.append(dot);
    }
    this.dots.setAttribute("x", `${RIGHT - this.count * STEP}%`);
  }
}

function height(ms) {
  return `${place(ms)}%`;
}

function place(ms) {
  return 90 - (80 * Math.log10(Math.min(Math.max(ms, 1), 10 ** TOP))) / TOP;
}

function make(name, attributes = {}) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}
