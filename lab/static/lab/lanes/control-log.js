/** Marks the changes on the wires in the lanes, at the wires' own times: links, faults, and the server's restarts. */
import { setText } from "../shared/dom.js";
import { faultTitle, profileTitle } from "../shared/link-names.js";

export class ControlLog {
  known = new Map(); // begin of a change in a row: its span, or null; those from before this page are not drawn
  openedAt = Date.now();

  constructor(control, rows, notice) {
    this.control = control;
    this.rows = rows;
    this.notice = notice;
    control.addEventListener("state", ({ detail }) => this.note(detail));
    const sentence = gettext("The control of the wires does not respond; the lanes wait for it.");
    control.addEventListener("away", () => setText(notice, sentence));
  }

  note({ server, wires }) {
    setText(this.notice, server.up ? "" : gettext("The server is down."));
    for (const row of this.rows) {
      const wire = wires.find(({ name }) => name === row.pane.name);
      if (!wire) continue;
      setText(row.parts.link, linkTitle(wire.link));
      for (const change of [...wire.changes, ...server.changes]) this.draw(row, change);
    }
  }

  /** Draw a change, or its end: one that takes time as a span, each with its name at its begin. */
  draw({ trace, pane }, change) {
    const { begin, end, by } = change;
    const key = `${pane.name} ${begin} ${change.what}`;
    if (!this.known.has(key)) {
      if ((end ?? Infinity) < this.openedAt) return this.known.set(key, null);
      const lasts = end === null || end > begin;
      const other = by && by !== this.control.name;
      const text = other ? interpolate(gettext("%s (board %s)"), [title(change), by]) : title(change);
      trace.mark(begin, text);
      this.known.set(key, lasts ? trace.begin(change.what === "fault" ? "fault" : "away", begin) : null);
    }
    const span = this.known.get(key);
    if (!span || span.to !== null || end === null) return;
    trace.finish(span, end);
    if (change.what === "fault") trace.mark(end, gettext("fault over"));
  }
}

function title({ what, link, fault }) {
  if (what === "restart") return gettext("the server restarts");
  if (what === "down") return gettext("the server is down");
  if (what === "link") return interpolate(gettext("link: %s"), [linkTitle(link)]);
  return interpolate(gettext("fault: %s"), [faultTitle({ fault })]);
}

/** A profile by its name, other links by their delay. */
function linkTitle({ profile, delay_ms: delay }) {
  return profile ? profileTitle(profile) : interpolate(gettext("%s ms one way"), [delay]);
}
