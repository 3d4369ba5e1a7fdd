/** The server is killed and started again. */
import { OPEN } from "../states.js";

const RATE = 3; // messages a second
const DOWN = 1.5; // seconds
const RECONNECT = 20; // seconds, at most, until all panes are open

export default {
  name: "restart",
  title: gettext("Server restart"),
  seconds: 9,
  introduction: () => gettext("The server is killed while people talk, and started again; they go on talking."),
  question: () => gettext("A message is published while the server is down. What becomes of it?"),
  ofPanes: () => [],
  options: {
    late: gettext("everybody gets it, later"),
    lost: gettext("somebody never gets it"),
    twice: gettext("somebody gets it twice"),
  },
  columns: ["outage", "slowestMeasured", "delayed", "lost", "repeated"],
  async act(run) {
    const traffic = run.traffic({ rate: RATE });
    await run.wait(1);
    if (run.signal.aborted) return;
    const begin = Date.now();
    await run.board.control.restartServer(DOWN);
    run.fault = { begin, end: Date.now() };
    await traffic;
    await run.waitForPanes(({ readyState }) => readyState === OPEN, RECONNECT);
  },
  drain: 20,
  winners({ panes }) {
    if (panes.some(({ lost, behind }) => lost || behind)) return ["lost"];
    return panes.some(({ repeated }) => repeated) ? ["twice"] : ["late"];
  },
  why: () =>
    gettext("A publish is tried again until the server is back, and each client requests what it missed by the id of the last message that it has. Each reconnects after a random wait, which grows with each failure, so that they do not all come at the same moment: chance decides who is first."),
  naive: "pushes",
};
