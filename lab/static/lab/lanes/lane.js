/** One lane: a canvas on which time flows to the left, the browser at the bottom and the server at the top. */
import { gap, hatched } from "./geometry.js";
import { Picture } from "./tile.js";
import { Tape } from "./tiles.js";
import { duration } from "../shared/format.js";

const REACH = 14; // px that a click may miss
const BETWEEN = 26; // px from one latency to the next: both may be written

export class Lane {
  chosen = null; // a stroke
  onresize = () => {};
  tape = new Tape((context, stretch) => new Picture(context, this, stretch).draw(this.step));

  constructor(canvas, track) {
    Object.assign(this, { canvas, track, context: canvas.getContext("2d", { alpha: false }) });
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
    this.scale = 0;
    this.tape.forget();
    this.onresize();
  }

  draw(view) {
    if (!this.width) return;
    this.step = view.step;
    this.layOut(this.width / view.span);
    this.tape.forget(this.track.changed());
    this.tape.show(this.context, view);
    if (this.chosen) this.drawChosen(view);
  }

  /** Choose the deliveries whose latency there is room to write, from the first on. */
  layOut(scale) {
    const again = scale !== this.scale;
    if (again) Object.assign(this, { scale, free: -Infinity });
    this.context.font = this.font;
    for (const said of this.track.said.values()) {
      if (said.written !== undefined && !again) continue;
      said.written = said.at >= this.free;
      const wide = () => this.context.measureText(duration(said.ms)).width + BETWEEN;
      if (said.written) this.free = said.at + wide() / scale;
    }
  }

  drawChosen(view) {
    const { context, height } = this;
    const [x0, y0, x1, y1] = this.whole(view).ends(this.chosen);
    context.strokeStyle = this.colours.ink;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
    context.strokeRect(Math.min(x0, x1) - 9, 2, Math.abs(x1 - x0) + 18, height - 4);
  }

  /** The stroke nearest to a point, within reach. */
  at(x, y, view) {
    const picture = this.whole(view);
    let [nearest, least] = [null, REACH];
    for (const stroke of picture.strokes(REACH)) {
      const distance = gap(x, y, ...picture.ends(stroke));
      if (distance < least) [nearest, least] = [stroke, distance];
    }
    return nearest;
  }

  /** All that is in view, as one stretch. */
  whole({ from, to, span }) {
    return new Picture(this.context, this, { from, to, scale: this.width / span });
  }

  hatch(name, colour) {
    return (this.hatches[name] ??= hatched(this.context, colour, name === "away" ? 0.25 : 0.45));
  }
}
