/** Marks the changes on the wires in the lanes: links, faults, and whether the server is up. */
import { setText } from "../shared/dom.js";
import { faultTitle, profileTitle } from "../shared/link-names.js";

export class ControlLog {
  before = new Map(); // wire: {link, fault} as texts
  outages = []; // spans of a server that is down, one in each row

  constructor(control, rows, notice) {
    this.rows = rows;
    this.notice = notice;
    control.addEventListener("state", ({ detail }) => this.note(detail));
    const sentence = gettext("The control of the wires does not respond; the lanes wait for it.");
    control.addEventListener("away", () => setText(notice, sentence));
  }

  note({ server, wires }) {
    const now = Date.now();
    setText(this.notice, server.up ? "" : gettext("The server is down."));
    if (!server.up && !this.outages.length) this.outages = this.rows.map(({ trace }) => trace.begin("away", now));
    if (server.up) this.outages.splice(0).forEach((span, index) => this.rows[index].trace.finish(span, now));
    for (const wire of wires) {
      const row = this.rows.find(({ pane }) => pane.name === wire.name);
      const texts = { link: linkTitle(wire.link), fault: faultTitle(wire.fault) };
      const before = this.before.get(wire.name) ?? texts;
      this.before.set(wire.name, texts);
      if (!row) continue;
      if (texts.link !== before.link) row.trace.mark(now, interpolate(gettext("link: %s"), [texts.link]));
      if (texts.fault !== before.fault) row.trace.mark(now, faultLabel(texts.fault));
      row.parts.link.textContent = texts.link;
    }
  }
}

/** The label of a new fault, or of the end of one. */
function faultLabel(title) {
  return title ? interpolate(gettext("fault: %s"), [title]) : gettext("fault over");
}

/** A profile by its name, other links by their delay. */
function linkTitle({ profile, delay_ms: delay }) {
  return profile ? profileTitle(profile) : interpolate(gettext("%s ms one way"), [delay]);
}
