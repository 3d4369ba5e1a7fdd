/** The latest latencies as dots, newest at the right, on a logarithmic scale. */
const SHOWN = 40; // dots
const LINES = { "1 ms": 1, "10 ms": 10, "100 ms": 100, "1 s": 1_000, "10 s": 10_000 };
const TOP = 4; // the scale ends at 10^TOP ms
const LEFT = 16; // percent kept for the names of the lines

export class Strip {
  latencies = [];

  constructor(svg) {
    this.svg = svg;
    this.dots = make("g");
    for (const [name, ms] of Object.entries(LINES)) {
      const line = make("line", { x1: `${LEFT}%`, x2: "100%", y1: height(ms), y2: height(ms) });
      const label = make("text", { x: 0, y: height(ms), dy: "0.35em" });
      label.textContent = name;
      svg.append(line, label);
    }
    svg.append(this.dots);
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
    this.latencies.push(latency);
    if (this.latencies.length > SHOWN) this.latencies.shift();
    this.due ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.due = null;
    if (!this.svg.checkVisibility()) return;
    const step = (98 - LEFT) / SHOWN;
    const first = SHOWN - this.latencies.length;
    const dots = this.latencies.map((ms, place) =>
      make("circle", { cx: `${LEFT + (first + place + 1) * step}%`, cy: height(ms), r: 4 }),
    );
    this.dots.replaceChildren(...dots);
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
