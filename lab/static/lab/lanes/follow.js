/** Follows one message through all lanes at once, slowly or step by step; nothing that was measured changes. */
import { setText } from "../shared/dom.js";
import { duration } from "../shared/format.js";
import { journeyOf } from "./journey.js";

const MARGIN = 0.08; // of the journey, before it and after it
const LEAST = 30; // ms of the journey that are shown at least
const SAME = 1; // ms: events that are closer are one step
const RADIUS = 8; // px of the message
const APART = 12; // px between the present and its text

export class Follow {
  journeys = null; // {row: journey} while a message is followed
  at = 0; // ms since the epoch
  playing = false;

  constructor(board, rows, timeline, parts) {
    this.board = board;
    this.rows = rows;
    this.timeline = timeline;
    this.parts = parts;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    parts.follow.onclick = () => (this.journeys ? this.board.pause(false) : this.begin());
    parts.leave.onclick = () => this.board.pause(false);
    parts.play.onclick = () => this.play(!this.playing);
    parts.step.onclick = () => this.step();
    board.addEventListener("pause", ({ detail: { paused } }) => paused || this.end());
    for (const row of rows) row.lane.overlay = (view) => this.draw(row, view);
  }

  /** Follow the newest message that all lanes know. */
  begin() {
    const journeys = this.newest();
    if (!journeys) return setText(this.parts.caption, gettext("There is no message that all lanes show: publish one."));
    this.board.pause(true);
    this.journeys = journeys;
    const all = [...journeys.values()];
    this.from = Math.min(...all.map(({ from }) => from));
    this.to = Math.max(...all.map(({ to }) => to), this.from + LEAST);
    const margin = MARGIN * (this.to - this.from);
    this.timeline.hold(this.from - margin, this.to + margin);
    this.show(true);
    this.move(this.from);
    this.play(!this.calm.matches);
  }

  newest() {
    const [first, ...others] = this.rows;
    const { from, to } = this.timeline.view;
    const ids = [...first.trace.deliveries].filter(([, { sent }]) => sent >= from && sent <= to).map(([id]) => id);
    for (const id of ids.reverse()) {
      const journeys = new Map([first, ...others].map((row) => [row, journeyOf(row.trace, id)]));
      if ([...journeys.values()].every(Boolean)) return journeys;
    }
    return null;
  }

  end() {
    if (!this.journeys) return;
    this.journeys = null;
    this.playing = false;
    this.show(false);
  }

  show(on) {
    this.parts.following.hidden = !on;
    this.parts.follow.setAttribute("aria-pressed", String(on));
    for (const { parts } of this.rows) parts.said.hidden = !on;
    this.timeline.dirty = true;
  }

  play(playing) {
    if (playing && this.at >= this.to) this.move(this.from);
    this.playing = playing;
    setText(this.parts.play, playing ? gettext("Pause") : gettext("Play"));
    if (!playing) return;
    let before = performance.now();
    const frame = (now) => {
      if (!this.playing) return;
      this.move(this.at + (now - before) / Number(this.parts.speed.value));
      before = now;
      if (this.at < this.to) requestAnimationFrame(frame);
      else this.play(false);
    };
    requestAnimationFrame(frame);
  }

  /** Go to the next event of any lane; after the last one, to the first. */
  step() {
    this.play(false);
    const events = [...this.journeys.values()].flatMap(({ steps }) => steps.map(({ at }) => at)).sort((a, b) => a - b);
    this.move(events.find((at) => at > this.at + SAME) ?? events[0]);
  }

  move(at) {
    this.at = Math.min(at, this.to);
    setText(this.parts.clock, `+ ${duration(this.at - this.from)}`);
    for (const [{ parts }, { steps }] of this.journeys) {
      setText(parts.said, steps.filter((step) => step.at <= this.at + SAME).at(-1)?.text ?? "");
    }
    this.timeline.dirty = true;
  }

  /** Draw over a lane: what is still to come is pale, and the message is where it was at this time. */
  draw(row, { from, to, span }) {
    if (!this.journeys) return false;
    const { lane } = row;
    const { context, width, height, colours } = lane;
    const x = ((this.at - from) / span) * width;
    context.fillStyle = colours.background;
    context.globalAlpha = 0.8;
    context.fillRect(x, 0, width - x, height);
    context.globalAlpha = 1;
    context.fillStyle = colours.dark;
    context.fillRect(x, 0, 2, height);
    const tile = lane.wholeView({ from, to, span });
    const y = heightAt(this.journeys.get(row).points, this.at, (side) => tile.y(side));
    context.beginPath();
    context.arc(x, y, RADIUS, 0, 7);
    context.fill();
    this.place(row.parts.said, lane, x);
    return true;
  }

  /** Put a lane's text beside the present, on the side that has more space. */
  place(said, { canvas, zoom, width }, x) {
    const left = x < width / 2;
    said.style.left = left ? `${canvas.offsetLeft + (x + APART) * zoom}px` : "auto";
    said.style.right = left ? "auto" : `${(width - x + APART) * zoom}px`;
  }
}

/** Where a message is at a time, between the points of its journey. */
function heightAt(points, at, y) {
  const next = points.findIndex((point) => point.at > at);
  if (next <= 0) return y(points.at(next).side);
  const [before, after] = [points[next - 1], points[next]];
  const share = (at - before.at) / (after.at - before.at);
  return y(before.side) + share * (y(after.side) - y(before.side));
}
