/** Words on the lanes: one stroke or span of each kind in view has its name beside it. */
import { SHAPES } from "../shared/byte-kinds.js";

const SPANS = new Set(["held", "away"]); // which cover time; "open" covers the whole lane
const LINE = 17; // px of a line of text
const GAP = 8; // px beside a text
const [ABOVE, BELOW] = [27, 27]; // px of the lane that marks and latencies take
const ROWS = 3; // of words, at most
const SHORT = 40; // px: a shorter span has no word
const MOVED = 200; // ms that the view moves until the words are chosen anew
const BEGIN = 0.25; // share of the lane's width in which no word begins, as it would soon leave

export class Captions {
  named = new Map(); // shape: the stroke or span that has the word, as long as it is in view
  inView = new Set(); // shapes
  chosenFor = -Infinity; // the end of the view for which the words were chosen, ms since the epoch

  constructor(lane) {
    this.lane = lane;
  }

  draw(view) {
    const tile = this.lane.wholeView(view);
    const { context, colours, width, height, font } = this.lane;
    Object.assign(context, { font, textBaseline: "middle" });
    if (Math.abs(view.to - this.chosenFor) >= MOVED) this.choose(tile, width);
    const rows = this.rows(height);
    for (const [shape, each] of [...this.named].sort(([, a], [, b]) => a.from - b.from)) {
      const text = SHAPES[shape];
      const needed = context.measureText(text).width + GAP;
      const row = rows.find(({ y, free }) => this.place(tile, each, y) >= free);
      if (!row) continue;
      const { y } = row;
      const x = this.place(tile, each, y);
      if (x + needed > width) continue;
      row.free = x + needed + GAP;
      context.fillStyle = colours.background;
      context.fillRect(x, y - LINE / 2, needed, LINE);
      context.fillStyle = colours.soft;
      context.fillText(text, x + GAP / 2, y);
    }
  }

  /** Keep the words where they are; give those that left the view to the next of their kind. */
  choose(tile, width) {
    this.chosenFor = tile.to;
    for (const [shape, { from }] of this.named) if (tile.x(from) < 0 || from > tile.to) this.named.delete(shape);
    const begin = tile.from + (BEGIN * width) / tile.scale;
    const spans = tile.trace.spans.filter(({ from, to }) => from < tile.to && (to ?? Infinity) > tile.from);
    const all = [...tile.visibleStrokes(0), ...spans];
    this.inView = new Set(all.map(({ shape, reset }) => (reset ? "reset" : shape)));
    if (tile.trace.deliveredBetween(tile.from, tile.to)) this.inView.add("waits");
    for (const each of all) {
      const { shape, from, to } = each;
      if (!(shape in SHAPES) || shape === "open" || from < begin || this.named.has(shape)) continue;
      if (SPANS.has(shape) && tile.x(to ?? tile.to) - tile.x(from) < SHORT) continue;
      this.named.set(shape, each);
    }
  }

  /** The rows that have space for words: {y, free}, their middle and where their free space begins. */
  rows(height) {
    const count = Math.max(1, Math.min(ROWS, Math.floor((height - ABOVE - BELOW) / LINE)));
    const first = (height + ABOVE - BELOW - (count - 1) * LINE) / 2;
    return Array.from({ length: count }, (_, index) => ({ y: first + index * LINE, free: 0 }));
  }

  /** Where a word stands at a height: beside its stroke, or at the begin of its span. */
  place(tile, each, y) {
    if (SPANS.has(each.shape)) return GAP + tile.x(each.from);
    const [x0, y0, x1, y1] = tile.ends(each);
    return GAP + x0 + ((y - y0) / (y1 - y0)) * (x1 - x0);
  }
}
