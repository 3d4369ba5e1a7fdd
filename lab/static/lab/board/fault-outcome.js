/** The outcome of a fault, pane by pane: how long it was disconnected, what was lost, repeated, and delayed. */
import { element, setText } from "../shared/dom.js";
import { duration, list, number } from "../shared/format.js";
import { OPEN } from "../states.js";
import { delayedBy, difference, readCounters } from "./measurements.js";
import { named, scrollable, table } from "./tables.js";

const CHECK = 300; // ms between checks
const CALM = 2_500; // ms that all panes must have been up to date, before the outcome is final
const LONGEST = 60_000; // ms after the fault

export class FaultOutcome {
  constructor(board, parent) {
    this.board = board;
    this.parent = parent;
  }

  /** Watch a fault that lasts some seconds. */
  begin(title, seconds) {
    clearInterval(this.timer);
    this.before = readCounters(this.board);
    this.faultEnds = Date.now() + 1_000 * seconds;
    this.calmSince = null;
    this.parent.hidden = false;
    this.status = element("p", "status");
    this.status.setAttribute("role", "status");
    this.box = scrollable(title);
    this.parent.replaceChildren(element("h3", "", title), this.box, this.status);
    this.timer = setInterval(() => this.check(), CHECK);
    this.check();
  }

  check() {
    const { panes } = difference(this.board, this.before);
    const now = Date.now();
    const upToDate = panes.every(({ pane, behind }) => pane.readyState === OPEN && !behind);
    this.calmSince = upToDate && now > this.faultEnds ? (this.calmSince ?? now) : null;
    const over = (this.calmSince && now - this.calmSince > CALM) || now > this.faultEnds + LONGEST;
    this.box.replaceChildren(this.table(panes));
    if (over) clearInterval(this.timer);
    setText(this.status, over ? verdict(panes) : gettext("Watching …"));
  }

  table(panes) {
    const headers = [
      gettext("technique"),
      gettext("disconnected for"),
      gettext("slowest message"),
      gettext("delivered late"),
      gettext("lost"),
      gettext("repeated"),
    ];
    const rows = panes.map((measured) => [
      named(measured),
      measured.outage === null ? gettext("never disconnected") : duration(measured.outage),
      measured.slowest === null ? "–" : duration(measured.slowest),
      number(this.delayed(measured)),
      number(measured.lost),
      number(measured.repeated),
    ]);
    return table(headers, rows);
  }

  /** Count the messages that were published during the fault and delivered after it, or after the pane reconnected. */
  delayed(measured) {
    const reconnectedAt = measured.outage === null ? 0 : (measured.pane.outages.at(-1).to ?? 0);
    return delayedBy(measured, this.before.at, Math.max(reconnectedAt, this.faultEnds));
  }
}

function verdict(panes) {
  const wrong = panes.filter(({ lost, repeated, behind }) => lost || repeated || behind);
  if (!wrong.length) return gettext("Nothing was lost, nothing was repeated.");
  return interpolate(gettext("Messages are missing or repeated: %s."), [list(wrong.map(({ title }) => title))]);
}
