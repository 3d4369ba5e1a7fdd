/** The time axis that all lanes share: it moves or is paused, and lets the lanes be drawn. */
import { clockTicks, ticksSince, ticksUntilNow } from "./ticks.js";

const LAG = 120; // ms behind the clock, because the control reports the traffic in batches
const CALM = 500; // ms between drawings for readers who prefer little motion

export class Timeline {
  span = 10_000; // ms in view
  to = Date.now() - LAG;
  paused = false;
  window = null; // {from, to} of a scene that is over, ms since the epoch: the view stays on it
  drawnAt = 0; // ms since the page was opened
  dirty = true; // something else than the time has changed

  /** `draw(view)` is called in every frame in which something may have changed. */
  constructor(draw) {
    this.draw = draw;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    requestAnimationFrame((now) => this.frame(now));
  }

  /** What is in view: from, to and span in ms, and the ticks of the axis. */
  get view() {
    const { from, to } = this.window ?? { from: this.to - this.span, to: this.to };
    const ticks = this.window ? ticksSince(from, to) : this.paused ? clockTicks(from, to) : ticksUntilNow(from, to);
    return { from, to, span: to - from, ticks };
  }

  frame(now) {
    const due = !this.calm.matches || now - this.drawnAt >= CALM;
    if (!this.paused && due) this.to = Date.now() - LAG;
    if (this.dirty || (!this.paused && due)) {
      this.dirty = false;
      this.drawnAt = now;
      this.draw(this.view);
    }
    requestAnimationFrame((next) => this.frame(next));
  }

  pause(paused) {
    this.paused = paused;
    if (!paused) this.window = null;
    this.dirty = true;
  }

  /** Stay on a range: the view is paused and exactly as long. */
  hold(from, to) {
    this.window = { from, to };
    this.to = to;
    this.dirty = true;
  }

  zoom(span) {
    this.release();
    this.span = span;
    this.dirty = true;
  }

  /** Move the view, at most to the present. */
  move(ms) {
    this.release();
    this.to = Math.min(Date.now() - LAG, this.to + ms);
    this.dirty = true;
  }

  /** Move the view so that it includes a range. */
  show(from, to) {
    const { view } = this;
    if (from < view.from) this.move(from - view.from - view.span / 5);
    else if (to > view.to) this.move(to - view.to + view.span / 5);
    this.dirty = true;
  }

  /** Let the view leave the window that it was held on, with the span of that window. */
  release() {
    if (this.window) this.span = this.window.to - this.window.from;
    this.window = null;
  }
}
