/** A timer of 1 s against a poll of 1 s: two clocks that keep their distance. */
import { quantile } from "../board/measurements.js";
import { duration } from "../shared/format.js";

const NEAR = 400; // ms in which eight of ten lie: nearly the same; spread evenly they would need 800

export default {
  name: "phase",
  title: gettext("Phase lock"),
  seconds: 10,
  explain: () => gettext("A message every second, exactly; and a poll every second, exactly. Half a second of waiting is what one expects on average."),
  question: (board) => gettext("How long will each message wait for its poll?"),
  ofPanes: () => [],
  options: { same: gettext("all nearly the same"), spread: gettext("anything from 0 to 1 s") },
  model: {},
  columns: ["mean", "least", "slowest"],
  run: (play) => play.speak({ rate: 1, even: true }),
  right(figures, play) {
    const { latencies } = of(figures, play);
    return [quantile(latencies, 0.9) - quantile(latencies, 0.1) < NEAR ? "same" : "spread"];
  },
  why(figures, play, right) {
    const { mean, title } = of(figures, play);
    const locked = gettext("%s waited about %s each time, and another run gives another figure: the two clocks keep their distance, which chance chose once. Such a mean says nothing, so whoever measures publishes at random instants.");
    const loose = gettext("%s waited %s on average, but not the same each time: the two clocks drifted past each other, or the machine was too busy to keep time. Whoever measures publishes at random instants, and sees every phase.");
    return interpolate(right.includes("same") ? locked : loose, [title, duration(mean ?? 0)]);
  },
};

const of = ({ panes }, { asking }) => panes.find(({ name }) => name === asking.name);
