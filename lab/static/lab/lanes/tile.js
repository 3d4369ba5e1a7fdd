/** One stretch of a lane as it is drawn: what stands open, the lines of time, what passes, and what is written. */
import { ticks } from "./timeline.js";
import { Ink } from "./strokes.js";
import { deliveries, notes } from "./labels.js";

const EDGE = 9; // px above and below
const APART = 3; // px between what goes up and what comes down, where both take no time
const REACH = 12; // px that a stroke's ends take beside it

export class Picture {
  /** `stretch`: {from, to, scale}, ms and px a ms; `lane` has the track, the colours and the height. */
  constructor(context, lane, stretch) {
    Object.assign(this, stretch, { context, lane, track: lane.track, colours: lane.colours, height: lane.height });
  }

  x(at) {
    return (at - this.from) * this.scale;
  }

  y(side) {
    return side === "up" ? EDGE : this.height - EDGE;
  }

  draw(step) {
    const { context, colours, height } = this;
    context.fillStyle = colours.paper;
    context.fillRect(0, 0, this.x(this.to), height);
    this.drawSpans();
    this.drawGrid(step);
    const ink = new Ink(context, colours);
    for (const stroke of this.strokes(REACH)) ink.stroke(stroke, ...this.ends(stroke));
    ink.flush();
    notes(this);
    deliveries(this);
  }

  /** What passes in the stretch, or so many px beside it. */
  strokes(beside) {
    const [from, to] = [this.from - beside / this.scale, this.to + beside / this.scale];
    return this.track.between(from, to).filter((stroke) => stroke.to >= from && stroke.from <= to);
  }

  /** Where a stroke begins and ends. */
  ends({ direction, from, to }) {
    const shift = direction === "up" ? -APART / 2 : APART / 2;
    const [begin, end] = direction === "up" ? ["down", "up"] : ["up", "down"];
    return [this.x(from) + shift, this.y(begin), this.x(to) + shift, this.y(end)];
  }

  drawSpans() {
    const { context, lane, height } = this;
    for (const { shape, from, to } of this.track.spans) {
      if ((to ?? Infinity) < this.from || from > this.to) continue;
      const left = Math.max(0, this.x(from));
      const wide = Math.min(this.x(this.to), this.x(to ?? this.to)) - left;
      context.fillStyle = shape === "away" ? lane.hatch("away", this.colours.wrong) : lane.tint;
      if (shape !== "held") context.fillRect(left, 0, wide, height);
      else if (this.x(to ?? this.to) - this.x(from) > 1.5) {
        context.fillStyle = lane.hatch("held", this.colours.ink);
        context.fillRect(left, EDGE, wide, height * 0.17);
      }
    }
  }

  drawGrid(step) {
    const { context } = this;
    context.fillStyle = this.colours.grey;
    context.globalAlpha = 0.35;
    for (const at of ticks(this.from, this.to, step)) context.fillRect(Math.round(this.x(at)), 0, 1, this.height);
    context.globalAlpha = 0.6;
    for (const side of ["up", "down"]) context.fillRect(0, this.y(side), this.x(this.to), 1);
    context.globalAlpha = 1;
  }
}
