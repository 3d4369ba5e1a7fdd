/** The time axis below the lanes, with a mark at each instant at which a message was published. */
import { onThemeChange } from "../shared/theme.js";
import { fitToScreen } from "./geometry.js";

const MERGED = 4; // px within which marks are drawn as one
const HEIGHT = 6; // px of a mark
const GAP = 12; // px between two texts

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

  draw({ from, to, ticks }, rows) {
    const { context, width, height } = this;
    const x = (at) => ((at - from) / (to - from)) * width;
    context.clearRect(0, 0, width, height);
    Object.assign(context, { font: this.font, fillStyle: this.colour, textBaseline: "middle", textAlign: "center" });
    const y = (HEIGHT + height) / 2 + 1;
    for (const { at } of ticks) context.fillRect(Math.round(x(at)), 0, 1, 4);
    let free = Infinity; // from the right, because the newest is what matters
    for (const { at, text } of [...ticks].reverse()) {
      const half = context.measureText(text).width / 2;
      const middle = Math.min(x(at), width - half); // the last one stands whole at the edge
      if (middle + half > free || middle - half < 0) continue;
      context.fillText(text, middle, y);
      free = middle - half - GAP;
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
