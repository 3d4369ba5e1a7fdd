/** One reader reads a few bytes a second: who else is slowed down? */
import { digits } from "../shared/format.js";
import { bars } from "./bars.js";
import { matching } from "./scoring.js";

const RATE = 4; // messages a second
const BYTES = 200; // a second that the slow reader reads
const LATE = 1_500; // ms beyond the model's slowest latency: more than a busy machine explains
const INTERVAL = 1_000; // ms between polls

const slowPane = (board) => [...board.panes.values()].at(-1);

export default {
  name: "slow",
  title: gettext("Slow reader"),
  seconds: 9,
  introduction: (board) =>
    interpolate(gettext("%s reads only %s bytes a second, while four messages a second are published."), [slowPane(board).title, digits(BYTES)]),
  question: (board) => interpolate(gettext("Who besides %s is slowed down?"), [slowPane(board).title]),
  ofPanes: (board) => [...board.panes.values()].slice(0, -1),
  options: { none: gettext("nobody else") },
  bar: "slowestMeasured",
  columns: ["mean", "slowestMeasured", behind, "lost", "repeated"],
  model: {},
  faulty: slowPane, // the model does not apply to it
  drain: 10,
  async act(run) {
    const { name } = slowPane(run.board);
    await run.setFault({ fault: "trickle", rate: BYTES, seconds: run.seconds + 5 }, name);
    await run.traffic({ rate: RATE });
    countBehind(run);
    await run.setFault({ fault: "none" }, name);
  },
  live(run) {
    countBehind(run);
    return bars({ panes: run.panes }, run, { ...behind(run), header: gettext("messages behind") }, [], []);
  },
  winners(measured, run) {
    const others = measured.panes.filter(({ name }) => name !== slowPane(run.board).name);
    const slowed = ({ slowest, pane }) => slowest > LATE + (run.methodOf(pane) === "polls" ? INTERVAL : 0);
    return matching({ panes: others }, slowed);
  },
  why: () =>
    gettext("Each reader has a bounded queue of its own. When it is full, it is emptied, and the reader continues from the history, after the last message that it has. So nobody waits for the slowest reader, and it loses nothing."),
};

/** Note how many messages each pane has not shown yet. */
function countBehind(run) {
  const newest = Math.max(...run.panes.map(({ ledger }) => ledger.lastId));
  for (const pane of run.panes) run.notes.set(pane.name, newest - pane.ledger.lastId);
}

function behind({ notes }) {
  return { header: gettext("behind at the end"), value: ({ name }) => notes.get(name), write: digits };
}
