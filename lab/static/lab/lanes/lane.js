/** One lane: a canvas on which time flows to the left, with the browser at the bottom and the server at the top. */
import { duration } from "../shared/format.js";
import { onThemeChange } from "../shared/theme.js";
import { distance, fitToScreen, hatching } from "./geometry.js";
import { Tile } from "./tile.js";
import { Tiles } from "./tiles.js";

const REACH = 14; // px by which a click may miss
const APART = 26; // px from one latency to the next, so that both can be written

export class Lane {
  chosen = null; // a stroke
  onresize = () => {};
  tiles = new Tiles((context, range) => new Tile(context, this, range).draw(this.step));

  constructor(canvas, trace) {
    this.canvas = canvas;
    this.trace = trace;
    this.context = canvas.getContext("2d", { alpha: false });
    new ResizeObserver(() => this.resize()).observe(canvas);
    onThemeChange(() => this.resize());
    this.resize();
  }

  resize() {
    fitToScreen(this.canvas, this.context);
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    const style = getComputedStyle(this.canvas);
    const property = (name) => style.getPropertyValue(name).trim();
    const [grey, wrong] = [property("--grey"), property("--wrong")];
    this.colours = { dark: style.color, grey, background: style.backgroundColor, wrong };
    this.tint = style.outlineColor; // a mixed colour, which only a property for colours resolves
    this.font = `600 ${Math.max(11, Math.min(15, this.height / 9))}px ${style.fontFamily}`;
    this.hatchings = {};
    this.scale = 0;
    this.tiles.forget();
    this.onresize();
  }

  draw(view) {
    if (!this.width) return;
    this.step = view.step;
    this.chooseLabels(this.width / view.span);
    this.tiles.forget(this.trace.takeChange());
    this.tiles.show(this.context, view);
    this.clearFuture(view);
    if (this.chosen) this.drawChosen(view);
  }

  /** A view that stands still reaches beyond the present, where nothing is known yet. */
  clearFuture({ from, span, present }) {
    const left = (this.width * (present - from)) / span;
    this.context.fillStyle = this.colours.background;
    if (left < this.width) this.context.fillRect(left, 0, this.width - left, this.height);
  }

  /** Choose the deliveries whose latency there is space to write. */
  chooseLabels(scale) {
    const scaled = scale !== this.scale;
    if (scaled) this.free = -Infinity;
    this.scale = scale;
    this.context.font = this.font;
    for (const delivery of this.trace.deliveries.values()) {
      if (delivery.labelled !== undefined && !scaled) continue;
      delivery.labelled = delivery.at >= this.free;
      if (!delivery.labelled) continue;
      this.free = delivery.at + (this.context.measureText(duration(delivery.ms)).width + APART) / scale;
    }
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

  hatching(name, colour) {
    return (this.hatchings[name] ??= hatching(this.context, colour, name === "away" ? 0.25 : 0.45));
  }
}
