/** The lanes as text: the latest of what passed, as buttons that open the inspector. */
import { button, sentence, time } from "../shared/byte-kinds.js";

const SHOWN = 40; // lines of a lane
const LOOK = 500; // ms

export class Transcript {
  last = null; // the newest line's stroke

  constructor(list, track, open) {
    Object.assign(this, { list, track, open });
    setInterval(() => this.show(), LOOK);
  }

  show() {
    const { list, track } = this;
    if (!list.getClientRects().length || list.contains(document.activeElement)) return; // nobody looks, or somebody chooses
    const { strokes } = track;
    const newest = strokes.at(-1);
    if (newest === this.last) return;
    const from = Math.max(strokes.length - SHOWN, this.last ? strokes.lastIndexOf(this.last) + 1 : 0);
    for (const stroke of strokes.slice(from)) {
      const line = document.createElement("li");
      const words = `${time(stroke.at)} ${sentence(stroke)}`;
      const entry = button(stroke.grey ? "grey" : "", words, () => this.open(stroke));
      entry.dataset.shape = stroke.shape;
      line.append(entry);
      list.prepend(line);
    }
    while (list.childElementCount > SHOWN) list.lastElementChild.remove();
    this.last = newest;
  }
}
