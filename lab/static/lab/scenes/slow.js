/** One reader takes a few bytes a second: who else is held up? */
import { digits } from "../shared/units.js";
import { those } from "./scoring.js";

const RATE = 4; // messages a second
const BYTES = 200; // per second that the slow one reads
const LATE = 1_500; // ms beyond what the model allows at most: held up, and not by a busy machine

/** The slow one: the last pane. */
const slow = (board) => [...board.panes.values()].at(-1);

export default {
  name: "slow",
  title: gettext("Slow reader"),
  seconds: 9,
  explain: (board) =>
    interpolate(gettext("%s reads only %s bytes a second, while people publish four messages a second."), [slow(board).title, digits(BYTES)]),
  question: (board) => interpolate(gettext("Who besides %s is held up?"), [slow(board).title]),
  ofPanes: (board) => [...board.panes.values()].slice(0, -1),
  options: { none: gettext("nobody else") },
  columns: ["mean", "slowest", still, "lost", "repeated"],
  model: {},
  faulty: slow, // the model does not know its trickle
  drain: 10,
  async run(play) {
    const { name } = slow(play.board);
    await play.fault({ fault: "trickle", rate: BYTES, seconds: play.seconds + 5 }, name);
    await play.speak({ rate: RATE });
    const ids = play.panes.map(({ ledger }) => ledger.lastId);
    for (const pane of play.panes) play.notes.set(pane.name, Math.max(...ids) - pane.ledger.lastId);
    await play.fault({ fault: "none" }, name);
  },
  right: (figures, play) => {
    const other = figures.panes.filter(({ name }) => name !== slow(play.board).name);
    return those({ panes: other }, (pane) => pane.most > LATE + (play.manner(pane.pane) === "asks" ? 1_000 : 0));
  },
  why: () =>
    gettext("Each reader has a queue of its own, and a bounded one: when it is full it is emptied, and its reader goes back to the history after the last message it has. So nobody waits for the slowest, and it loses nothing."),
};

function still(play) {
  return {
    head: gettext("behind at the end"),
    value: ({ name }) => play.notes.get(name),
    write: digits,
  };
}
