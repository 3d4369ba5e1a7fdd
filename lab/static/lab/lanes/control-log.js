import { faultTitle } from "../board/links.js";

/** Notes on the lanes what was done to the wires: new links, faults, a server that went and came. */
export class Watch {
  before = new Map(); // wire: [link, fault]
  gone = []; // the spans of a server that is away

  constructor(board, rows, notice) {
    Object.assign(this, { board, rows, notice });
    board.wire.addEventListener("state", ({ detail }) => this.look(detail));
    const lost = gettext("The wires' control does not answer; the lanes wait for it.");
    board.wire.addEventListener("away", () => this.say(lost));
  }

  look({ server, wires }) {
    const now = Date.now();
    this.say(server.up ? "" : gettext("The server is away."));
    if (!server.up && !this.gone.length) this.gone = this.rows.map(({ track }) => track.begin("away", now));
    if (server.up) this.gone.splice(0).forEach((span, place) => this.rows[place].track.finish(span, now));
    for (const { name, link, fault } of wires) {
      const row = this.rows.find(({ pane }) => pane.name === name);
      const told = [described(link), faultTitle(fault) || gettext("none")];
      const before = this.before.get(name) ?? told;
      this.before.set(name, told);
      if (!row) continue;
      if (told[0] !== before[0]) row.track.mark(now, interpolate(gettext("link: %s"), [told[0]]));
      if (told[1] !== before[1]) row.track.mark(now, interpolate(gettext("fault: %s"), [told[1]]));
      row.parts.link.textContent = told[0];
    }
  }

  say(words) {
    if (this.notice.textContent !== words) this.notice.textContent = words;
  }
}

/** A profile by its name, other links by their delay. */
function described({ profile, delay_ms: delay }) {
  return profile ? gettext(profile) : interpolate(gettext("%s ms one way"), [delay]);
}
