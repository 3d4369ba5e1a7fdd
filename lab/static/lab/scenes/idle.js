/** Nobody speaks: what does waiting cost? */
import { cost } from "../board/measurements.js";
import { most } from "./scoring.js";

const HOLD = 4; // seconds: short enough to be seen

export default {
  name: "idle",
  title: gettext("Idle room"),
  seconds: 9,
  explain: (board, seconds) =>
    interpolate(gettext("Nobody says a word for %s seconds; requests are held for %s s."), [seconds, HOLD]),
  question: () => gettext("Who pays the most bytes for silence?"),
  model: { hold: HOLD },
  columns: ["requests", "bytes"],
  set: (play) => play.set({ hold: HOLD }),
  run: (play) => play.wait(play.seconds),
  right: (figures) => most(figures, cost),
  why: () =>
    gettext("Every empty answer is a whole exchange with all its heads. A connection that only waits costs a heartbeat now and then."),
};
