/** A bar for each pane: the bytes that one message costs, by kind. */
import { BYTES } from "../shared/byte-kinds.js";
import { element } from "../shared/dom.js";
import { bytes, labelled, list } from "../shared/format.js";
import { KINDS } from "./measurements.js";

const LONGEST = 100; // percent of the width, for the longest bar
const TITLES = { ...BYTES, packets: gettext("TCP and IP") };
const PARTS = [...KINDS, "packets"];

export class Chart {
  constructor(parent) {
    this.bars = element("div", "bars");
    this.bars.setAttribute("role", "img");
    this.bars.hidden = true; // until there is something to see
    this.legend = element("ul", "kinds");
    parent.append(this.bars, this.legend);
  }

  show(panes) {
    const bars = panes.map((pane) => ({ pane, parts: partsOf(pane) }));
    const longest = Math.max(1, ...bars.map(({ parts }) => total(parts)));
    this.bars.setAttribute("aria-label", bars.map(describe).join(gettext("; ")));
    this.bars.hidden = false;
    this.bars.replaceChildren(...bars.flatMap((bar) => row(bar, longest)));
    const used = PARTS.filter((name) => bars.some(({ parts }) => parts?.[name]));
    if (used.join() === this.used) return;
    this.used = used.join();
    this.legend.replaceChildren(...used.map(legendItem));
  }
}

/** Bytes of one message by kind; null if nothing was delivered or no wire counts. */
function partsOf({ kinds, bytes: carried, ip, messages }) {
  if (!kinds || !messages) return null;
  const parts = { ...kinds, packets: ip === null ? 0 : ip - carried };
  return Object.fromEntries(PARTS.map((name) => [name, Math.max(0, parts[name] ?? 0) / messages]));
}

const total = (parts) => (parts ? Object.values(parts).reduce((sum, size) => sum + size, 0) : 0);

function row({ pane, parts }, longest) {
  const bar = element("span", "bar");
  for (const name of parts ? PARTS : []) {
    const share = (LONGEST * parts[name]) / longest;
    if (!share) continue;
    const segment = element("i", `kind ${name}`);
    segment.style.width = `${share}%`;
    bar.append(segment);
  }
  return [element("span", "name", pane.title), bar, element("b", "", parts ? bytes(total(parts)) : "–")];
}

function legendItem(name) {
  const item = element("li", "");
  item.append(element("i", `kind ${name}`), TITLES[name]);
  return item;
}

function describe({ pane, parts }) {
  if (!parts) return labelled(pane.title, "–");
  const shown = PARTS.filter((name) => parts[name] >= 0.5);
  return labelled(pane.title, list(shown.map((name) => `${TITLES[name]} ${bytes(Math.round(parts[name]))}`)));
}
