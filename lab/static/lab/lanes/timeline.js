/** The one time axis of all lanes: it runs, stands still, and says what is to be drawn when. */
const LAG = 120; // ms behind the clock: what passes is told in batches
const STEP = 500; // ms between drawings for whoever wants little motion
const TICKS = [100, 200, 500, 1_000, 2_000, 5_000, 10_000]; // ms between lines
const LINES = 12; // at most

export class Timeline {
  span = 10_000; // ms in view
  to = Date.now() - LAG;
  paused = false;
  drawn = 0; // ms, performance.now
  dirty = true;

  /** `draw(view)` is called for every frame in which something may have changed. */
  constructor(draw) {
    this.draw = draw;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    requestAnimationFrame((now) => this.frame(now));
  }

  get view() {
    const { to, span } = this;
    const from = to - span;
    const step = TICKS.find((each) => span / each <= LINES) ?? TICKS.at(-1);
    return { from, to, span, step };
  }

  frame(now) {
    const due = !this.calm.matches || now - this.drawn >= STEP;
    if (!this.paused && due) this.to = Date.now() - LAG;
    if (this.dirty || (!this.paused && due)) {
      this.dirty = false;
      this.drawn = now;
      this.draw(this.view);
    }
    requestAnimationFrame((next) => this.frame(next));
  }

  pause(paused) {
    this.paused = paused;
    this.dirty = true;
  }

  zoom(span) {
    this.span = span;
    this.dirty = true;
  }

  /** Move what is seen, as far as the present. */
  move(ms) {
    this.to = Math.min(Date.now() - LAG, this.to + ms);
    this.dirty = true;
  }

  /** Have an instant in view. */
  show(from, to) {
    if (from < this.to - this.span) this.move(from - (this.to - this.span) - this.span / 5);
    else if (to > this.to) this.move(to - this.to + this.span / 5);
    this.dirty = true;
  }
}

/** The instants of the lines of time, every `step` ms. */
export function ticks(from, to, step) {
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, place) => (first + place) * step);
}
