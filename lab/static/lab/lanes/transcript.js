/** A lane as text: its most recent strokes, as buttons that open the inspector. */
import { sentence } from "../shared/byte-kinds.js";
import { button, element } from "../shared/dom.js";
import { time } from "../shared/format.js";

const SHOWN = 40; // lines
const UPDATE = 500; // ms

export class Transcript {
  newest = null; // the stroke of the newest line

  constructor(list, trace, inspect) {
    this.list = list;
    this.trace = trace;
    this.inspect = inspect;
    setInterval(() => this.update(), UPDATE);
  }

  update() {
    const { list, trace } = this;
    const inUse = list.contains(document.activeElement); // a line that moves cannot be chosen
    if (!list.getClientRects().length || inUse) return;
    const { strokes } = trace;
    const newest = strokes.at(-1);
    if (newest === this.newest) return;
    const first = Math.max(strokes.length - SHOWN, this.newest ? strokes.lastIndexOf(this.newest) + 1 : 0);
    for (const stroke of strokes.slice(first)) {
      const text = `${time(stroke.at)} ${sentence(stroke)}`;
      const entry = button(stroke.grey ? "grey" : "", text, () => this.inspect(stroke));
      entry.dataset.shape = stroke.shape;
      const line = element("li", "");
      line.append(entry);
      list.prepend(line);
    }
    while (list.childElementCount > SHOWN) list.lastElementChild.remove();
    this.newest = newest;
  }
}
