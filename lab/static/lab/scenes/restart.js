/** The server is killed and started again. */
import { OPEN } from "../states.js";
import { least } from "./scoring.js";

const RATE = 3; // messages a second
const DOWN = 1.5; // seconds
const RECONNECT = 20; // seconds, at most, until all panes are open
const SLACK = 50; // ms: a smaller difference is chance

export default {
  name: "restart",
  title: gettext("Server restart"),
  seconds: 9,
  introduction: () => gettext("The server is killed while people talk, and started again; they go on talking."),
  question: () => gettext("Who is back first?"),
  options: { none: gettext("nobody notices") },
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
  winners(measured) {
    const noticed = least(measured, ({ outage }) => outage, SLACK);
    return noticed.length ? noticed : ["none"];
  },
  why: () =>
    gettext("Each client reconnects after a random wait, which grows with each failure, so that they do not all come at the same moment: chance decides who is first. Each requests what it missed by the id of the last message that it has, so nothing is lost."),
};
