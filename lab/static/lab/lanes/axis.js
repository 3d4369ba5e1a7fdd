/** The time axis below the lanes: seconds before now, and the instants at which messages were published. */
import { ticks } from "./timeline.js";

const SOON = 4; // px
const HIGH = 6; // px of a triangle

export class Axis {
  onresize = () => {};

  constructor(canvas) {
    Object.assign(this, { canvas, context: canvas.getContext("2d") });
    new ResizeObserver(() => this.resize()).observe(canvas);
    this.resize();
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    Object.assign(this, { width, height });
    Object.assign(this.canvas, { width: width * devicePixelRatio, height: height * devicePixelRatio });
    this.context.scale(devicePixelRatio, devicePixelRatio);
    const style = getComputedStyle(this.canvas);
    this.colour = style.color;
    this.context.font = `${style.fontSize} ${style.fontFamily}`;
    this.font = this.context.font;
    this.onresize();
  }

  draw({ from, to, step }, rows) {
    const { context, width, height } = this;
    const x = (at) => ((at - from) / (to - from)) * width;
    context.clearRect(0, 0, width, height);
    Object.assign(context, { font: this.font, fillStyle: this.colour, textBaseline: "middle", textAlign: "center" });
    const room = context.measureText("00:00.0").width + 12;
    let free = room / 2;
    for (const at of ticks(from, to, step)) {
      if (x(at) < free || x(at) > width - room / 2) continue;
      context.fillText(clock(at, step), x(at), (HIGH + height) / 2 + 1);
      context.fillRect(Math.round(x(at)), 0, 1, 4);
      free = x(at) + room;
    }
    const marks = new Set(); // what several panes were told was published once
    for (const { track } of rows) {
      for (const { sent } of track.said.values()) if (sent >= from) marks.add(SOON * Math.round(x(sent) / SOON));
    }
    context.beginPath();
    for (const place of marks) {
      context.moveTo(place - 4, HIGH);
      context.lineTo(place + 4, HIGH);
      context.lineTo(place, 0);
    }
    context.fill();
  }
}

/** Minutes and seconds of the hour, with tenths where lines are that close. */
function clock(at, step) {
  const seconds = Math.floor(at / 1_000) % 60;
  const minutes = Math.floor(at / 60_000) % 60;
  const whole = `${String(minutes).padStart(2, "0")}:${String(seconds).padStart(2, "0")}`;
  return step < 1_000 ? `${whole}.${Math.floor(at / 100) % 10}` : whole;
}
