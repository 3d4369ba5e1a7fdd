/** A lane as images of equal length, side by side, so that each frame draws only what has changed. */
const WIDTH = 96; // device px of a tile
const EDGE = 24; // px that the end of a stroke may reach out to the left

export class Tiles {
  images = new Map(); // number of a tile, counted from the epoch: its canvas
  scale = 0; // device px per ms
  ratio = 1; // device px per px of the drawing

  /** `draw(context, range)` draws from range.from to range.to, ms, at range.scale px per ms and range.left px. */
  constructor(draw) {
    this.draw = draw;
  }

  /** Forget the images from an instant on. */
  forget(at = -Infinity) {
    const first = (at * this.scale - EDGE * this.ratio) / WIDTH;
    for (const number of this.images.keys()) if (number + 1 > first) this.images.delete(number);
  }

  /** Fill a canvas with `span` ms from an instant on. */
  show(context, { from, span }) {
    const { width, height } = context.canvas;
    const scale = width / span;
    if (scale !== this.scale) this.images.clear();
    this.scale = scale;
    const left = Math.round(from * scale); // whole px, so that images are copied and not blurred
    const first = Math.floor(left / WIDTH);
    const last = Math.floor((left + width) / WIDTH);
    context.save();
    context.resetTransform();
    for (let number = first; number <= last; number += 1) {
      if (!this.images.has(number)) this.images.set(number, this.image(number, height));
      context.drawImage(this.images.get(number), number * WIDTH - left, 0);
    }
    context.restore();
    for (const number of this.images.keys()) if (number < first || number > last) this.images.delete(number);
  }

  image(number, height) {
    const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height });
    const context = canvas.getContext("2d", { alpha: false });
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    const [from, to] = [(number * WIDTH) / this.scale, ((number + 1) * WIDTH) / this.scale];
    this.draw(context, { from, to, scale: this.scale / this.ratio, left: (number * WIDTH) / this.ratio });
    return canvas;
  }
}
