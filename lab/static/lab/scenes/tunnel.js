/** The train goes through a tunnel: nothing passes, and nothing closes. */
import { digits } from "../shared/units.js";
import { those } from "./scoring.js";

const RATE = 4; // messages a second
const AROUND = 1.5; // seconds before the tunnel and after it

export default {
  name: "tunnel",
  title: gettext("The tunnel"),
  seconds: 7,
  explain: (board, seconds) =>
    interpolate(gettext("People talk, and for %s seconds nothing passes: no byte, no end of a connection."), [
      digits(Math.max(1, seconds - 2 * AROUND)),
    ]),
  question: () => gettext("Who will lose messages?"),
  options: { none: gettext("none of them") },
  columns: ["away", "slowest", "caughtUp", "lost", "repeated"],
  async run(play) {
    const speaking = play.speak({ rate: RATE, seconds: Math.max(play.seconds, 1 + 2 * AROUND) });
    await play.wait(AROUND);
    if (play.signal.aborted) return;
    const seconds = Math.max(1, play.seconds - 2 * AROUND);
    play.held = { begin: Date.now(), end: Date.now() + 1_000 * seconds };
    await play.fault({ fault: "freeze", seconds });
    await speaking;
  },
  drain: 15,
  right: (figures) => those(figures, ({ lost, behind }) => lost || behind),
  why: () =>
    gettext("In a tunnel nothing closes, so a client that only listens cannot tell it from silence. What was published meanwhile waits at the server and in the kernel, and TCP sends it again. Who had to come anew names the last message it has seen."),
};
