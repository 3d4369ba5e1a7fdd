/** A message every second and a poll every second: the time between them stays the same. */
import { quantile } from "../board/measurements.js";
import { duration } from "../shared/format.js";

const NEAR = 400; // ms that eight of ten latencies span at most, to count as the same; evenly spread they span 800

export default {
  name: "phase",
  title: gettext("Phase lock"),
  seconds: 10,
  introduction: () => gettext("Exactly one message a second, and exactly one poll a second. One would expect an average wait of half a second."),
  question: () => gettext("How long will each message wait for its poll?"),
  ofPanes: () => [],
  options: { same: gettext("all nearly the same"), spread: gettext("anything from 0 to 1 s") },
  model: {},
  columns: ["mean", "fastest", "slowestMeasured"],
  act: (run) => run.traffic({ rate: 1, even: true }),
  winners(measured, run) {
    const { latencies } = polling(measured, run);
    return [quantile(latencies, 0.9) - quantile(latencies, 0.1) < NEAR ? "same" : "spread"];
  },
  why(measured, run, winners) {
    const { mean, title } = polling(measured, run);
    const locked = gettext("%s waited about %s each time, and another run gives another value: the two clocks keep their distance, which is random. Such a mean says nothing, so measurements publish at random moments.");
    const drifting = gettext("%s waited %s on average, but not the same each time: the two clocks drifted, or the machine was too busy to keep time. Measurements publish at random moments, which covers every phase.");
    return interpolate(winners.includes("same") ? locked : drifting, [title, duration(mean ?? 0)]);
  },
};

const polling = ({ panes }, { pollingPane }) => panes.find(({ name }) => name === pollingPane.name);
