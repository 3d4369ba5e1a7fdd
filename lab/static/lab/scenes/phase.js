/** A timer of 1 s against a poll of 1 s: two clocks that keep their distance. */
import { duration } from "../words.js";

const NEAR = 300; // ms between the fastest and the slowest: nearly the same

export default {
  name: "phase",
  title: gettext("Phase lock"),
  seconds: 10,
  explain: () => gettext("A message every second, exactly; and a poll every second, exactly. Half a second of waiting is what one expects on average."),
  question: (board) => gettext("How long will each message wait for its poll?"),
  ofPanes: false,
  options: { same: gettext("all nearly the same"), spread: gettext("anything from 0 to 1 s") },
  model: {},
  columns: ["mean", "least", "slowest"],
  run: (stage) => stage.speak({ rate: 1, even: true }),
  right(figures, stage) {
    const { most, least } = of(figures, stage);
    return [most - least < NEAR ? "same" : "spread"];
  },
  why(figures, stage, right) {
    const { mean, title } = of(figures, stage);
    const locked = gettext("%s waited about %s each time, and another run gives another figure: the two clocks keep their distance, which chance chose once. Such a mean says nothing, so whoever measures publishes at random instants.");
    const loose = gettext("%s waited %s on average; this time the clocks drifted past each other. Whoever measures publishes at random instants, and sees every phase.");
    return interpolate(right.includes("same") ? locked : loose, [title, duration(mean ?? 0)]);
  },
};

const of = ({ panes }, { asking }) => panes.find(({ name }) => name === asking.name);
