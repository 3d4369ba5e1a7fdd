/** One lane: a canvas on which time flows to the left, with the browser at the bottom and the server at the top. */
import { onThemeChange } from "../shared/theme.js";
import { Captions } from "./captions.js";
import { distance, fitToScreen, HATCHING, hatching } from "./geometry.js";
import { labelOf } from "./labels.js";
import { Tile } from "./tile.js";
import { Tiles } from "./tiles.js";

const REACH = 14; // px by which a click may miss
const APART = 26; // px from one label to the next, so that both can be written
const FONT = 15; // px; a lane with a larger font is drawn larger as a whole

export class Lane {
  chosen = null; // a stroke
  owner = null; // id of the message with the newest label
  onresize = () => {};
  overlay = (view) => false; // draws over the lane instead of the captions, and returns whether it did
  tiles = new Tiles((context, range) => new Tile(context, this, range).draw());
  captions = new Captions(this);

  constructor(canvas, trace) {
    this.canvas = canvas;
    this.trace = trace;
    this.context = canvas.getContext("2d", { alpha: false });
    new ResizeObserver(() => this.resize()).observe(canvas);
    onThemeChange(() => this.resize());
    this.resize();
  }

  resize() {
    const style = getComputedStyle(this.canvas);
    const size = parseFloat(style.fontSize);
    this.zoom = Math.max(1, size / FONT);
    fitToScreen(this.canvas, this.context, this.zoom);
    this.width = this.canvas.clientWidth / this.zoom;
    this.height = this.canvas.clientHeight / this.zoom;
    const property = (name) => style.getPropertyValue(name).trim();
    const [grey, soft, wrong, fault] = ["--grey", "--soft", "--wrong", "--fault"].map(property);
    this.colours = { dark: style.color, grey, soft, background: style.backgroundColor, wrong, fault };
    this.tint = style.outlineColor; // a mixed colour, which only a property for colours resolves
    this.font = `600 ${size / this.zoom}px ${style.fontFamily}`;
    this.hatchings = {};
    this.scale = 0;
    this.tiles.ratio = devicePixelRatio * this.zoom;
    this.tiles.forget();
    this.onresize();
  }

  draw(view) {
    if (!this.width) return;
    this.chooseLabels(this.width / view.span);
    this.tiles.forget(this.trace.takeChange());
    this.tiles.show(this.context, view);
    this.clearFuture(view);
    this.drawTicks(view);
    if (!this.overlay(view)) this.captions.draw(view);
    if (this.chosen) this.drawChosen(view);
  }

  /** A view that stands still reaches beyond the present, where nothing is known yet. */
  clearFuture({ from, span, present }) {
    const left = (this.width * (present - from)) / span;
    this.context.fillStyle = this.colours.background;
    if (left < this.width) this.context.fillRect(left, 0, this.width - left, this.height);
  }

  drawTicks({ from, span, ticks }) {
    const { context, width, height } = this;
    context.fillStyle = this.colours.grey;
    context.globalAlpha = 0.25;
    for (const { at } of ticks) context.fillRect(Math.round(((at - from) / span) * width), 0, 1, height);
    context.globalAlpha = 1;
  }

  /** Choose the marks and the deliveries whose label there is space to write. */
  chooseLabels(scale) {
    const scaled = scale !== this.scale;
    if (scaled) this.free = this.freeBefore = this.freeOfMarks = -Infinity;
    this.scale = scale;
    this.context.font = this.font;
    for (const mark of this.trace.marks) {
      if (mark.labelled !== undefined && !scaled) continue;
      mark.labelled = mark.at >= this.freeOfMarks;
      if (mark.labelled) this.freeOfMarks = mark.at + this.widthOf(mark.text) / scale;
    }
    for (const [id, delivery] of this.trace.deliveries) {
      if (delivery.labelled !== undefined && !scaled) continue;
      delivery.labelled = this.trace.isLast(id) && delivery.at >= this.freeFor(id);
      if (!delivery.labelled) continue;
      this.freeBefore = this.freeFor(id);
      this.owner = id;
      this.free = delivery.at + this.widthOf(labelOf(this.trace, id)) / scale;
    }
  }

  /** Where the label of a message may begin; the newest label makes space for another one of the same response. */
  freeFor(id) {
    const { carriers } = this.trace;
    const together = carriers.has(id) && carriers.get(id) === carriers.get(this.owner);
    return together ? this.freeBefore : this.free;
  }

  widthOf(text) {
    return this.context.measureText(text).width + APART;
  }

  drawChosen(view) {
    const { context, height } = this;
    const [x0, y0, x1, y1] = this.wholeView(view).ends(this.chosen);
    context.strokeStyle = this.colours.dark;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
    context.strokeRect(Math.min(x0, x1) - 9, 2, Math.abs(x1 - x0) + 18, height - 4);
  }

  /** The stroke nearest to a point, within reach. */
  strokeAt(x, y, view) {
    const tile = this.wholeView(view);
    let [nearest, least] = [null, REACH];
    for (const stroke of tile.visibleStrokes(REACH)) {
      const apart = distance(x, y, ...tile.ends(stroke));
      if (apart < least) [nearest, least] = [stroke, apart];
    }
    return nearest;
  }

  /** All that is in view, as one tile. */
  wholeView({ from, to, span }) {
    return new Tile(this.context, this, { from, to, scale: this.width / span });
  }

  /** Lines that go on from one tile to the next; `left`: px of the tile. */
  hatching(name, colour, left) {
    const pattern = (this.hatchings[name] ??= hatching(this.context, colour, name === "away" ? 0.25 : 0.45));
    pattern.setTransform(new DOMMatrix([1, 0, 0, 1, -(left % HATCHING), 0]));
    return pattern;
  }
}
