/** The time axis below the lanes, with a mark at each instant at which a message was published. */
import { onThemeChange } from "../shared/theme.js";
import { fitToScreen } from "./geometry.js";
import { ticks } from "./timeline.js";

const MERGED = 4; // px within which marks are drawn as one
const HEIGHT = 6; // px of a mark

export class Axis {
  onresize = () => {};

  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    new ResizeObserver(() => this.resize()).observe(canvas);
    onThemeChange(() => this.resize());
    this.resize();
  }

  resize() {
    fitToScreen(this.canvas, this.context);
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
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
    const labelWidth = context.measureText("00:00.0").width + 12;
    let free = labelWidth / 2;
    for (const at of ticks(from, to, step)) {
      if (x(at) < free || x(at) > width - labelWidth / 2) continue;
      context.fillText(clock(at, step), x(at), (HEIGHT + height) / 2 + 1);
      context.fillRect(Math.round(x(at)), 0, 1, 4);
      free = x(at) + labelWidth;
    }
    const marks = new Set(); // each message once, though all panes deliver it
    for (const { sent } of rows.flatMap(({ trace }) => [...trace.deliveries.values()])) {
      if (sent >= from) marks.add(MERGED * Math.round(x(sent) / MERGED));
    }
    context.beginPath();
    for (const mark of marks) {
      context.moveTo(mark - 4, HEIGHT);
      context.lineTo(mark + 4, HEIGHT);
      context.lineTo(mark, 0);
    }
    context.fill();
  }
}

/** Minutes and seconds of the hour, with tenths if the lines are that close. */
function clock(at, step) {
  const seconds = Math.floor(at / 1_000) % 60;
  const minutes = Math.floor(at / 60_000) % 60;
  const text = `${String(minutes).padStart(2, "0")}:${String(seconds).padStart(2, "0")}`;
  return step < 1_000 ? `${text}.${Math.floor(at / 100) % 10}` : text;
}
