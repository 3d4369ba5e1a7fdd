/** One row of the board: readyState, counters, bytes, latencies, and the lane of one technique. */
import { LatencyDots } from "../chat/latency-dots.js";
import { clock } from "../clock.js";
import { partsOf, setText, showState, showToggle } from "../shared/dom.js";
import { bytes, duration, number } from "../shared/format.js";
import { throttle } from "../shared/throttle.js";
import { CLOSED, OPEN } from "../states.js";
import { ByteMeter } from "./byte-meter.js";
import { Lane } from "./lane.js";
import { Trace } from "./trace.js";

const READABLE = 250; // ms, at least, between two latencies, so that they can be read
const LATE = gettext("Its page does not load: a browser opens six connections to one origin.");

export class Row {
  trace = new Trace();
  outage = null; // its span, if the pane is disconnected

  constructor(root, board, pane) {
    this.board = board;
    this.pane = pane;
    this.parts = partsOf(root);
    this.lane = new Lane(this.parts.lane, this.trace);
    this.meter = new ByteMeter(root);
    this.dots = new LatencyDots(this.parts.dots);
    this.showLast = throttle(() => setText(this.parts.last, duration(pane.latencies.at(-1).ms)), READABLE);
    this.parts.toggle.onclick = () => (pane.readyState === OPEN ? pane.stop() : pane.start());
    pane.addEventListener("readystate", () => this.showState());
    pane.addEventListener("delivered", ({ detail }) => this.deliver(detail));
    pane.addEventListener("throttled", () => this.showState());
    pane.addEventListener("late", () => setText(this.parts.notice, LATE));
    pane.addEventListener("maxwait", () => this.showExpected());
    pane.addEventListener("disconnected", () => (this.outage = this.trace.begin("away", Date.now())));
    pane.addEventListener("reconnected", ({ detail: { ms } }) => this.reconnected(ms));
    pane.addEventListener("entering", () => this.leave());
    pane.addEventListener("counting", ({ detail: { since } }) => this.begin(since));
  }

  /** Begin with an empty lane in another room. */
  leave() {
    this.trace.clear();
    this.outage = null;
    this.dots.clear();
    setText(this.parts.last, "–");
  }

  /** Ignore the traffic so far: it was the pane's own page. */
  begin(since) {
    if (this.trace.since === Infinity) this.trace.since = since;
    this.showExpected();
  }

  add(exchanges) {
    const connectMs = this.board.wireState(this.pane.name)?.link.connect_ms ?? 0;
    for (const exchange of exchanges) this.trace.add(exchange, connectMs);
  }

  showState() {
    const { readyState, throttled, outages } = this.pane;
    showState(this.parts.state, readyState);
    showToggle(this.parts.toggle, readyState);
    setText(this.parts.notice, throttled ? gettext("Hidden or out of view: the browser slows its timers.") : "");
    if (readyState === CLOSED && outages.at(-1)?.to !== null) this.outage = null;
  }

  reconnected(ms) {
    if (this.outage) this.trace.finish(this.outage, Date.now());
    this.outage = null;
    this.trace.mark(Date.now(), interpolate(gettext("reconnected after %s"), [duration(ms)]));
  }

  deliver({ message, latency, at }) {
    if (latency === null) return;
    this.dots.add(latency);
    this.showLast();
    const published = message.published_at - clock.offset;
    this.trace.deliver(message.id, { sent: at - latency, published, at, ms: latency });
  }

  /** Shade where latencies are expected: the delays of the publisher's link and this one, and the longest wait. */
  showExpected() {
    const own = this.board.wireState(this.pane.name)?.link;
    if (!own) return;
    const links = [...this.board.panes.keys()].map((name) => this.board.wireState(name)?.link).filter(Boolean);
    const delays = links.map((link) => link.delay_ms);
    const jitter = Math.max(...links.map((link) => link.jitter_ms));
    const least = Math.min(...delays) + own.delay_ms;
    this.dots.setBand(least, Math.max(...delays) + own.delay_ms + this.pane.maxWait + own.jitter_ms + jitter);
  }

  /** `longest`: bytes of the longest bar. */
  showCounts(longest) {
    const counted = this.board.counted(this.pane.name);
    if (!counted) return;
    const { requests, empty_responses: empty, messages, packets, total } = counted;
    setText(this.parts.requests, number(requests));
    setText(this.parts.empty, number(empty));
    setText(this.parts.each, messages ? bytes(total / messages) : "–");
    setText(this.parts.packets, number(packets.up + packets.down));
    this.meter.show(counted, longest);
  }
}
