/** Bars of the bytes that one message costs, pane by pane, in the kinds that the wire tells apart. */
import { KINDS } from "./measurements.js";
import { BYTES } from "../shared/byte-kinds.js";
import { bytes } from "../shared/units.js";
import { about, element, list } from "../shared/format.js";

const LONGEST = 100; // percent of the place that the longest bar takes
const TITLES = { ...BYTES, packets: gettext("TCP and IP") };
const PARTS = [...KINDS, "packets"];

export class Chart {
  constructor(place) {
    this.bars = element("div", "bars");
    this.bars.setAttribute("role", "img");
    this.bars.hidden = true; // there is nothing to see yet, and nothing to say of it
    this.legend = element("ul", "kinds");
    place.append(this.bars, this.legend);
  }

  show(panes) {
    const bars = panes.map((pane) => ({ pane, parts: partsOf(pane) }));
    const most = Math.max(1, ...bars.map(({ parts }) => whole(parts)));
    this.bars.setAttribute("aria-label", bars.map(sentence).join(gettext("; ")));
    this.bars.hidden = false;
    this.bars.replaceChildren(...bars.flatMap((bar) => row(bar, most)));
    const used = PARTS.filter((name) => bars.some(({ parts }) => parts?.[name]));
    if (used.join() === this.used) return;
    this.used = used.join();
    this.legend.replaceChildren(...used.map(sign));
  }
}

/** Bytes of one message by kind; null where nothing was delivered or no wire counts. */
function partsOf({ kinds, bytes: carried, ip, messages }) {
  if (!kinds || !messages) return null;
  const parts = { ...kinds, packets: ip === null ? 0 : ip - carried };
  return Object.fromEntries(PARTS.map((name) => [name, Math.max(0, parts[name] ?? 0) / messages]));
}

const whole = (parts) => (parts ? Object.values(parts).reduce((sum, size) => sum + size, 0) : 0);

function row({ pane, parts }, most) {
  const bar = element("span", "bar");
  for (const name of parts ? PARTS : []) {
    const share = (LONGEST * parts[name]) / most;
    if (!share) continue;
    const segment = element("i", `kind ${name}`);
    segment.style.width = `${share}%`;
    bar.append(segment);
  }
  return [element("span", "name", pane.title), bar, element("b", "", parts ? bytes(whole(parts)) : "–")];
}

function sign(name) {
  const item = element("li", "");
  item.append(element("i", `kind ${name}`), TITLES[name]);
  return item;
}

function sentence({ pane, parts }) {
  if (!parts) return about(pane.title, "–");
  const told = PARTS.filter((name) => parts[name] >= 0.5).map((name) => `${TITLES[name]} ${bytes(Math.round(parts[name]))}`);
  return about(pane.title, list(told));
}
