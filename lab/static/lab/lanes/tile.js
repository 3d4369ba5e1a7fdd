/** A part of a lane as it is drawn: spans, lines of time, strokes, and labels. */
import { drawDeliveries, drawMarks } from "./labels.js";
import { Strokes } from "./strokes.js";

const EDGE = 9; // px above and below
const APART = 3; // px between a stroke up and a stroke down, if both take no time
const REACH = 12; // px that the ends of a stroke take beside it

export class Tile {
  /** `range`: {from, to, scale, left}, in ms, px per ms, and px since the epoch. The lane has the trace. */
  constructor(context, lane, range) {
    this.from = range.from;
    this.to = range.to;
    this.scale = range.scale;
    this.left = range.left;
    this.context = context;
    this.lane = lane;
    this.trace = lane.trace;
    this.colours = lane.colours;
    this.height = lane.height;
  }

  x(at) {
    return (at - this.from) * this.scale;
  }

  y(side) {
    return side === "up" ? EDGE : this.height - EDGE;
  }

  draw() {
    const { context, colours, height } = this;
    context.fillStyle = colours.background;
    context.fillRect(0, 0, this.x(this.to), height);
    this.drawSpans();
    this.drawLifelines();
    const strokes = new Strokes(context, colours);
    for (const stroke of this.visibleStrokes(REACH)) strokes.add(stroke, ...this.ends(stroke));
    strokes.draw();
    drawMarks(this);
    drawDeliveries(this);
  }

  /** The strokes in the range, or at most so many px beside it. */
  visibleStrokes(margin) {
    const [from, to] = [this.from - margin / this.scale, this.to + margin / this.scale];
    return this.trace.between(from, to).filter((stroke) => stroke.to >= from && stroke.from <= to);
  }

  /** Where a stroke begins and ends: x0, y0, x1, y1. */
  ends({ direction, from, to }) {
    const shift = direction === "up" ? -APART / 2 : APART / 2;
    const [begin, end] = direction === "up" ? ["down", "up"] : ["up", "down"];
    return [this.x(from) + shift, this.y(begin), this.x(to) + shift, this.y(end)];
  }

  drawSpans() {
    const { context, lane, height } = this;
    for (const { shape, from, to } of this.trace.spans) {
      if ((to ?? Infinity) < this.from || from > this.to) continue;
      const left = Math.max(0, this.x(from));
      const width = Math.min(this.x(this.to), this.x(to ?? this.to)) - left;
      if (shape === "held") {
        if (this.x(to ?? this.to) - this.x(from) <= 1.5) continue;
        context.fillStyle = lane.hatching("held", this.colours.dark, this.left);
        context.fillRect(left, EDGE, width, height * 0.17);
      } else {
        context.fillStyle = shape === "away" ? lane.hatching("away", this.colours.wrong, this.left) : lane.tint;
        if (shape === "fault") context.fillStyle = this.colours.fault;
        context.fillRect(left, 0, width, height);
      }
    }
  }

  /** The browser's line and the server's. */
  drawLifelines() {
    const { context } = this;
    context.fillStyle = this.colours.grey;
    context.globalAlpha = 0.6;
    for (const side of ["up", "down"]) context.fillRect(0, this.y(side), this.x(this.to), 1);
    context.globalAlpha = 1;
  }
}
