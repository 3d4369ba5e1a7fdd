/** Bars of the bytes that one message costs, pane by pane, in the kinds that the wire tells apart. */
import { KINDS } from "./figures.js";
import { bytes } from "./units.js";
import { element } from "./words.js";

const NS = "http://www.w3.org/2000/svg";
const [WIDTH, ROW, BAR, NAMES, FIGURES] = [640, 34, 20, 150, 80]; // of the drawing, in its own units
const PARTS = [...KINDS, "packets"];
const TITLES = {
  payload: gettext("payload"),
  framing: gettext("framing"),
  headers: gettext("headers"),
  handshake: gettext("handshake"),
  idle: gettext("idle"),
  other: gettext("other"),
  packets: gettext("TCP and IP"),
};

export class Chart {
  constructor(place) {
    this.svg = make("svg", { role: "img", class: "bars" });
    this.legend = element("ul", "legend-kinds");
    place.append(this.svg, this.legend);
  }

  show(panes) {
    const bars = panes.map((pane) => ({ pane, parts: partsOf(pane) }));
    const most = Math.max(1, ...bars.map(({ parts }) => whole(parts)));
    this.svg.setAttribute("viewBox", `0 0 ${WIDTH} ${ROW * bars.length}`);
    this.svg.setAttribute("aria-label", bars.map(sentence).join("; "));
    this.svg.replaceChildren(...bars.flatMap((bar, place) => row(bar, place * ROW, most)));
    const used = PARTS.filter((name) => bars.some(({ parts }) => parts?.[name]));
    if (used.join() === this.used) return;
    this.used = used.join();
    this.legend.replaceChildren(...used.map((name) => legend(name)));
  }
}

/** Bytes of one message by kind; null where nothing was delivered or no wire counts. */
function partsOf({ kinds, bytes: carried, ip, messages }) {
  if (!kinds || !messages) return null;
  const parts = { ...kinds, packets: ip === null ? 0 : Math.max(0, ip - carried) };
  return Object.fromEntries(PARTS.map((name) => [name, Math.max(0, parts[name] ?? 0) / messages]));
}

const whole = (parts) => (parts ? Object.values(parts).reduce((sum, size) => sum + size, 0) : 0);

function row({ pane, parts }, y, most) {
  const middle = y + ROW / 2;
  const drawn = [write(pane.title, { x: NAMES - 8, y: middle, class: "end" })];
  let x = NAMES;
  for (const name of parts ? PARTS : []) {
    const width = (parts[name] / most) * (WIDTH - NAMES - FIGURES);
    if (width <= 0) continue;
    drawn.push(make("rect", { x, y: middle - BAR / 2, width, height: BAR, class: `kind ${name}` }));
    x += width;
  }
  drawn.push(write(parts ? bytes(whole(parts)) : "–", { x: x + 8, y: middle, class: "figure" }));
  return drawn;
}

function legend(name) {
  const item = element("li", "");
  const swatch = make("svg", { viewBox: "0 0 20 12", class: "swatch", "aria-hidden": "true" });
  swatch.append(make("rect", { width: 20, height: 12, class: `kind ${name}` }));
  item.append(swatch, TITLES[name]);
  return item;
}

function sentence({ pane, parts }) {
  if (!parts) return `${pane.title}: –`;
  const told = PARTS.filter((name) => parts[name] >= 0.5).map((name) => `${TITLES[name]} ${bytes(Math.round(parts[name]))}`);
  return `${pane.title}: ${told.join(", ")}`;
}

function write(text, attributes) {
  const made = make("text", { dy: "0.35em", ...attributes });
  made.textContent = text;
  return made;
}

function make(name, attributes) {
  const made = document.createElementNS(NS, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}
