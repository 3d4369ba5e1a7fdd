/** The server is killed and comes back. */
import { OPEN } from "../states.js";
import { least } from "./scoring.js";

const RATE = 3; // messages a second
const AWAY = 1.5; // seconds
const COMING = 20; // seconds that everybody gets to be back

export default {
  name: "restart",
  title: gettext("Server restart"),
  seconds: 9,
  explain: () => gettext("The server is killed in the middle of a sentence and started again; people go on talking."),
  question: () => gettext("Who is back first?"),
  options: { none: gettext("none of them notices") },
  columns: ["away", "slowest", "caughtUp", "lost", "repeated"],
  async run(play) {
    const speaking = play.speak({ rate: RATE });
    await play.wait(1);
    if (play.signal.aborted) return;
    const begin = Date.now();
    await play.board.wire.restart(AWAY);
    play.held = { begin, end: Date.now() };
    await speaking;
    await play.everybody(({ readyState }) => readyState === OPEN, COMING);
  },
  drain: 20,
  right(figures) {
    const noticed = least(figures, ({ away, timesAway }) => (timesAway ? away : null), 50);
    return noticed.length ? noticed : ["none"];
  },
  why: () =>
    gettext("Everybody comes again after a wait by chance, longer with each failure, so that they do not all knock at the same instant: chance decides who is first. What was said meanwhile each asks for by the last id it has seen, so nothing is lost."),
};
