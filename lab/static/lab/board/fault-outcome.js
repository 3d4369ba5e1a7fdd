/** What came of a fault, pane by pane: how long it was away, what was lost, repeated, and caught up with. */
import { OPEN } from "../states.js";
import { difference, heldBack, reading } from "./measurements.js";
import { mark, sideways, table } from "./tables.js";
import { duration, element, list, number } from "../shared/format.js";

const LOOK = 300; // ms between looks
const CALM = 2_500; // ms with everybody back, until it is over
const LONGEST = 60_000; // ms that it is looked at after the fault

export class Aftermath {
  constructor(board, place) {
    Object.assign(this, { board, place });
  }

  /** Look from now on at a fault that lasts so many seconds. */
  begin(title, seconds) {
    clearInterval(this.looking);
    Object.assign(this, { title, first: reading(this.board), ends: Date.now() + 1_000 * seconds, calm: null });
    this.place.hidden = false;
    this.status = element("p", "status");
    this.status.setAttribute("role", "status");
    this.body = sideways(title);
    this.place.replaceChildren(element("h3", "", title), this.body, this.status);
    this.looking = setInterval(() => this.look(), LOOK);
    this.look();
  }

  look() {
    const { panes } = difference(this.board, this.first);
    const now = Date.now();
    const back = panes.every(({ pane, behind }) => pane.readyState === OPEN && !behind);
    this.calm = back && now > this.ends ? (this.calm ?? now) : null;
    const over = (this.calm && now - this.calm > CALM) || now > this.ends + LONGEST;
    this.body.replaceChildren(this.rows(panes));
    if (!over) return this.say(gettext("Watching …"));
    clearInterval(this.looking);
    this.say(verdict(panes));
  }

  rows(panes) {
    const heads = [
      gettext("technique"),
      gettext("away for"),
      gettext("slowest message"),
      gettext("caught up with"),
      gettext("lost"),
      gettext("repeated"),
    ];
    const rows = panes.map((figures) => [
      mark(figures),
      figures.timesAway ? duration(figures.away) : gettext("not noticed"),
      figures.most === null ? "–" : duration(figures.most),
      number(this.caughtUp(figures)),
      number(figures.lost),
      number(figures.repeated),
    ]);
    return table(heads, rows);
  }

  /** How many messages were published in the fault and delivered after it, or after the pane was back. */
  caughtUp(figures) {
    const back = figures.timesAway ? figures.pane.away.at(-1).to : null;
    return heldBack(figures, this.first.at, Math.max(back ?? 0, this.ends));
  }

  say(words) {
    if (this.status.textContent !== words) this.status.textContent = words;
  }
}

function verdict(panes) {
  const wrong = panes.filter(({ lost, repeated, behind }) => lost || repeated || behind);
  if (!wrong.length) return gettext("Nothing was lost, nothing was repeated.");
  return interpolate(gettext("Not everything is there once: %s."), [list(wrong.map(({ title }) => title))]);
}
