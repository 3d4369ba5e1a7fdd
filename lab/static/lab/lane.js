/** One lane: a canvas on which time flows to the left, the browser at the bottom and the server at the top. */
import { gap, hatched } from "./geometry.js";
import { Ink } from "./ink.js";
import { deliveries, notes } from "./notes.js";

const EDGE = 9; // px above and below
const APART = 3; // px between what goes up and what comes down, where both take no time
const REACH = 14; // px that a click may miss

export class Lane {
  chosen = null; // a stroke
  onresize = () => {};
  said = []; // {sent, at, ms, id}: messages delivered here

  constructor(canvas, track, pane) {
    Object.assign(this, { canvas, track, pane, context: canvas.getContext("2d", { alpha: false }) });
    new ResizeObserver(() => this.resize()).observe(canvas);
    this.resize();
  }

  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    const ratio = devicePixelRatio;
    Object.assign(this, { width: clientWidth, height: clientHeight });
    Object.assign(this.canvas, { width: clientWidth * ratio, height: clientHeight * ratio });
    this.context.scale(ratio, ratio);
    const style = getComputedStyle(this.canvas);
    const of = (name) => style.getPropertyValue(name).trim();
    this.colours = { ink: style.color, grey: of("--grey"), paper: style.backgroundColor, wrong: of("--wrong") };
    this.tint = style.outlineColor; // a mixed colour, which only a colour's property resolves
    this.font = `600 ${Math.max(11, Math.min(15, this.height / 9))}px ${style.fontFamily}`;
    this.hatches = {};
    this.onresize();
  }

  x(at, view) {
    return ((at - view.from) / (view.to - view.from)) * this.width;
  }

  y(side) {
    return side === "up" ? EDGE : this.height - EDGE;
  }

  draw(view) {
    const { context, width, height } = this;
    if (!width) return;
    context.fillStyle = this.colours.paper;
    context.fillRect(0, 0, width, height);
    this.drawSpans(view);
    this.drawGrid(view);
    const ink = new Ink(context, this.colours);
    for (const stroke of this.track.between(view.from, view.to)) ink.stroke(stroke, ...this.ends(stroke, view));
    ink.flush();
    notes(this, view);
    deliveries(this, view);
    if (this.chosen) this.drawChosen(view);
  }

  /** Where a stroke begins and ends. */
  ends({ direction, from, to }, view) {
    const shift = direction === "up" ? -APART / 2 : APART / 2;
    const [begin, end] = direction === "up" ? ["down", "up"] : ["up", "down"];
    return [this.x(from, view) + shift, this.y(begin), this.x(to, view) + shift, this.y(end)];
  }

  drawSpans(view) {
    const { context, height } = this;
    for (const { shape, from, to } of this.track.spans) {
      if ((to ?? Infinity) < view.from || from > view.to) continue;
      const left = Math.max(0, this.x(from, view));
      const wide = Math.min(this.width, this.x(to ?? view.to, view)) - left;
      context.fillStyle = shape === "away" ? this.hatch("away", this.colours.wrong) : this.tint;
      if (shape === "open") context.fillRect(left, 0, wide, height);
      else if (shape === "away") context.fillRect(left, 0, wide, height);
      else if (wide > 1.5) {
        context.fillStyle = this.hatch("held", this.colours.ink);
        context.fillRect(left, EDGE, wide, height * 0.17);
      }
    }
  }

  drawGrid(view) {
    const { context } = this;
    context.fillStyle = this.colours.grey;
    context.globalAlpha = 0.35;
    for (const at of view.ticks) context.fillRect(Math.round(this.x(at, view)), 0, 1, this.height);
    context.globalAlpha = 0.6;
    for (const side of ["up", "down"]) context.fillRect(0, this.y(side), this.width, 1);
    context.globalAlpha = 1;
  }

  drawChosen(view) {
    const { context } = this;
    const [x0, y0, x1, y1] = this.ends(this.chosen, view);
    context.strokeStyle = this.colours.ink;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
    context.strokeRect(Math.min(x0, x1) - 9, 2, Math.abs(x1 - x0) + 18, this.height - 4);
  }

  /** The stroke nearest to a point, within reach. */
  at(x, y, view) {
    let [nearest, least] = [null, REACH];
    for (const stroke of this.track.between(view.from, view.to)) {
      const distance = gap(x, y, ...this.ends(stroke, view));
      if (distance < least) [nearest, least] = [stroke, distance];
    }
    return nearest;
  }

  hatch(name, colour) {
    return (this.hatches[name] ??= hatched(this.context, colour, name === "away" ? 0.25 : 0.45));
  }
}
