/** Nobody publishes: what does waiting cost? */
import { cost } from "../board/measurements.js";
import { most } from "./scoring.js";

const HOLD = 4; // seconds: short enough to be seen

export default {
  name: "idle",
  title: gettext("Idle room"),
  seconds: 9,
  introduction: (board, seconds) =>
    interpolate(gettext("Nobody publishes for %s seconds; requests are held for %s s."), [seconds, HOLD]),
  question: () => gettext("Who pays the most bytes for silence?"),
  model: { hold: HOLD },
  columns: ["requests", "bytes"],
  prepare: (run) => run.set({ hold: HOLD }),
  act: (run) => run.wait(run.seconds),
  winners: (measured) => most(measured, cost),
  why: () =>
    gettext("Each empty response is a whole exchange with all its headers. A connection that only waits costs a heartbeat now and then."),
};
