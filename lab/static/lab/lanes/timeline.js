/**
 * The time axis that all lanes share: it moves or is paused, and lets the lanes be drawn. For readers who prefer little
 * motion it stands still until the time has left the view.
 */
import { clockTicks, ticksSince, ticksUntilNow } from "./ticks.js";

const LAG = 120; // ms behind the clock, because the control reports the traffic in batches
const CALM = 1_000; // ms between drawings for readers who prefer little motion
const KEPT = 0.1; // share of the view that stays for them, when the time has left it

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
    const moves = !this.paused && !this.calm.matches;
    const ticksOf = this.window ? ticksSince : moves ? ticksUntilNow : clockTicks;
    return { from, to, span: to - from, ticks: ticksOf(from, to), present: Date.now() - LAG };
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
    else this.window = null;
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
