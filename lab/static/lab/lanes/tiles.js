/** A lane as pictures of stretches of time, laid side by side: a frame draws anew only what has changed. */
const WIDE = 96; // device px of a stretch; the hatching's 8 px go into it evenly
const EDGE = 24; // device px that a stroke's end may reach out to the left

export class Tape {
  pictures = new Map(); // number of a stretch, counted from the epoch: its picture
  scale = 0; // device px a ms

  /** `draw(context, stretch)` draws what is seen from stretch.from to stretch.to, `scale` px a ms. */
  constructor(draw) {
    this.draw = draw;
  }

  /** Forget what was drawn of an instant and of all that follow. */
  forget(at = -Infinity) {
    const first = (at * this.scale - EDGE) / WIDE;
    for (const place of this.pictures.keys()) if (place + 1 > first) this.pictures.delete(place);
  }

  /** Fill a canvas with `span` ms from an instant on. */
  show(context, { from, span }) {
    const { width, height } = context.canvas;
    const scale = width / span;
    if (scale !== this.scale) this.pictures.clear();
    this.scale = scale;
    const left = Math.round(from * scale); // whole px: a picture is copied, not blurred
    const first = Math.floor(left / WIDE);
    const last = Math.floor((left + width) / WIDE);
    context.save();
    context.resetTransform();
    for (let place = first; place <= last; place += 1) {
      if (!this.pictures.has(place)) this.pictures.set(place, this.picture(place, height));
      context.drawImage(this.pictures.get(place), place * WIDE - left, 0);
    }
    context.restore();
    for (const place of this.pictures.keys()) if (place < first || place > last) this.pictures.delete(place);
  }

  picture(place, height) {
    const canvas = Object.assign(document.createElement("canvas"), { width: WIDE, height });
    const context = canvas.getContext("2d", { alpha: false });
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    const [from, to] = [(place * WIDE) / this.scale, ((place + 1) * WIDE) / this.scale];
    this.draw(context, { from, to, scale: this.scale / devicePixelRatio });
    return canvas;
  }
}
