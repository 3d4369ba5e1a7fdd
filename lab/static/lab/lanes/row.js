/** One row of the board: readyState, counters, bytes, latencies, and the lane of one technique. */
import { CLOSED, CLOSING, CONNECTING, OPEN, STATES } from "../states.js";
import { bytes } from "../shared/byte-kinds.js";
import { Lane } from "./lane.js";
import { Meter, put } from "./byte-meter.js";
import { seldom } from "../shared/throttle.js";
import { Strip } from "../chat/latency-dots.js";
import { Track } from "./trace.js";
import { duration, number } from "../shared/format.js";

const LOOK = 250; // ms between two figures that somebody is to read

const LATE = gettext("Its page does not come: to one origin a browser opens six connections.");

export class Row {
  track = new Track();

  constructor(root, board, pane) {
    Object.assign(this, { root, board, pane });
    this.parts = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    this.lane = new Lane(this.parts.lane, this.track);
    this.meter = new Meter(root);
    this.strip = new Strip(this.parts.strip);
    this.tellLast = seldom(() => put(this.parts.last, duration(pane.latencies.at(-1).ms)), LOOK);
    this.parts.toggle.onclick = () => (pane.readyState === OPEN ? pane.end() : pane.start());
    pane.addEventListener("readystate", () => this.showState());
    pane.addEventListener("delivered", ({ detail }) => this.deliver(detail));
    pane.addEventListener("slowed", () => this.showState());
    pane.addEventListener("late", () => put(this.parts.notice, LATE));
    pane.addEventListener("waits", () => this.expect());
    pane.addEventListener("away", () => (this.lost = this.track.begin("away", Date.now())));
    pane.addEventListener("back", ({ detail: { ms } }) => this.comeBack(ms));
    pane.addEventListener("counting", ({ detail: { since } }) => this.begin(since));
  }

  /** What passed before was the pane's own page. */
  begin(since) {
    if (this.track.since === Infinity) this.track.since = since;
    this.expect();
  }

  take(exchanges) {
    const link = this.board.wired(this.pane.name)?.link;
    for (const exchange of exchanges) this.track.add(exchange, link?.connect_ms ?? 0);
  }

  showState() {
    const { readyState: state, slowed } = this.pane;
    const { state: pill, toggle, notice } = this.parts;
    pill.textContent = `${STATES[state]} ${state}`;
    pill.dataset.state = STATES[state].toLowerCase();
    toggle.textContent = state === OPEN ? gettext("Close") : gettext("Open");
    toggle.disabled = state === CLOSING || state === CONNECTING;
    put(notice, slowed ? gettext("Hidden or out of view: the browser slows its timers.") : "");
    if (state === CLOSED && this.pane.away.at(-1)?.to !== null) this.lost = null;
  }

  comeBack(ms) {
    if (this.lost) this.track.finish(this.lost, Date.now());
    this.lost = null;
    this.track.mark(Date.now(), interpolate(gettext("back after %s"), [duration(ms)]));
  }

  deliver({ message, latency, at }) {
    if (latency === null) return;
    this.strip.add(latency);
    this.tellLast();
    this.track.deliver(message.id, { sent: message.sent_at, published: message.published_at, at, ms: latency });
  }

  /** Draw where the model (docs: measurement) has the latencies: from the links' delays to those and the wait. */
  expect() {
    const delays = [...this.board.panes.keys()].map((name) => this.board.wired(name)?.link).filter(Boolean);
    const own = this.board.wired(this.pane.name)?.link;
    if (!own) return;
    const up = delays.map(({ delay_ms: delay }) => delay);
    const jitter = Math.max(...delays.map(({ jitter_ms: each }) => each));
    const least = Math.min(...up) + own.delay_ms;
    this.strip.expect(least, Math.max(...up) + own.delay_ms + this.pane.waits + own.jitter_ms + jitter);
  }

  showCounts(most) {
    const counted = this.board.counted(this.pane.name);
    if (!counted) return;
    const { requests, empty_responses: empty, messages, packets, total } = counted;
    put(this.parts.requests, number(requests));
    put(this.parts.empty, number(empty));
    put(this.parts.each, messages ? bytes(total / messages) : "–");
    put(this.parts.packets, number(packets.up + packets.down));
    this.meter.show(counted, most);
  }
}
