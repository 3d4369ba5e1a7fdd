/**
 * The time axis that all lanes share: it moves or is paused, and lets the lanes be drawn. For readers who prefer little
 * motion it stands still until the time has left the view.
 */
const LAG = 120; // ms behind the clock, because the control reports the traffic in batches
const CALM = 1_000; // ms between drawings for readers who prefer little motion
const KEPT = 0.1; // share of the view that stays for them, when the time has left it
const STEPS = [100, 200, 500, 1_000, 2_000, 5_000, 10_000]; // ms between lines
const LINES = 12; // at most

export class Timeline {
  span = 10_000; // ms in view
  to = Date.now() - LAG;
  paused = false;
  drawnAt = 0; // ms since the page was opened
  dirty = true; // something else than the time has changed

  /** `draw(view)` is called in every frame in which something may have changed. */
  constructor(draw) {
    this.draw = draw;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    requestAnimationFrame((now) => this.frame(now));
  }

  get view() {
    const { to, span } = this;
    const from = to - span;
    const step = STEPS.find((each) => span / each <= LINES) ?? STEPS.at(-1);
    return { from, to, span, step, present: Date.now() - LAG };
  }

  frame(now) {
    const due = !this.calm.matches || now - this.drawnAt >= CALM;
    if (!this.paused && due) this.follow(Date.now() - LAG);
    if (this.dirty || (!this.paused && due)) {
      this.dirty = false;
      this.drawnAt = now;
      this.draw(this.view);
    }
    requestAnimationFrame((next) => this.frame(next));
  }

  /** Move the view to the present, or leave it where it is as long as the present is in view. */
  follow(present) {
    if (!this.calm.matches) this.to = present;
    else if (present > this.to || present < this.to - this.span) this.to = present + (1 - KEPT) * this.span;
  }

  pause(paused) {
    this.paused = paused;
    if (paused) this.to = Math.min(this.to, Date.now() - LAG);
    this.dirty = true;
  }

  zoom(span) {
    this.span = span;
    this.dirty = true;
  }

  /** Move the view, at most to the present. */
  move(ms) {
    this.to = Math.min(Date.now() - LAG, this.to + ms);
    this.dirty = true;
  }

  /** Move the view so that it includes a range. */
  show(from, to) {
    if (from < this.to - this.span) this.move(from - (this.to - this.span) - this.span / 5);
    else if (to > this.to) this.move(to - this.to + this.span / 5);
    this.dirty = true;
  }
}

/** Return the multiples of `step` in a range. */
export function ticks(from, to, step) {
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, index) => (first + index) * step);
}
