/** A train goes through a tunnel: nothing passes, and no connection closes. */
import { digits } from "../shared/format.js";
import { matching } from "./scoring.js";

const RATE = 4; // messages a second
const AROUND = 1.5; // seconds before the tunnel and after it

const inTunnel = (seconds) => Math.max(1, seconds - 2 * AROUND);

export default {
  name: "tunnel",
  title: gettext("The tunnel"),
  seconds: 7,
  introduction: (board, seconds) =>
    interpolate(gettext("People talk, and for %s seconds nothing passes: no byte, and no end of a connection."), [digits(inTunnel(seconds))]),
  question: () => gettext("Who will lose messages?"),
  options: { none: gettext("none of them") },
  bar: "slowestMeasured",
  columns: ["outage", "slowestMeasured", "delayed", "lost", "repeated"],
  async act(run) {
    const seconds = inTunnel(run.seconds);
    const traffic = run.traffic({ rate: RATE, seconds: seconds + 2 * AROUND });
    await run.wait(AROUND);
    if (run.signal.aborted) return;
    run.fault = { begin: Date.now(), end: Date.now() + 1_000 * seconds };
    await run.setFault({ fault: "freeze", seconds });
    await traffic;
  },
  drain: 15,
  winners: (measured) => matching(measured, ({ lost, behind }) => lost || behind),
  why: () =>
    gettext("In a tunnel no connection closes, so a client that only listens cannot tell it from silence. What is published meanwhile waits at the server and in the kernel, and TCP sends it again. A client that reconnects names the last message that it has."),
  naive: "holds",
};
