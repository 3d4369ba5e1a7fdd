/** The link of a satellite: the distance is the same for all techniques, but some need it more often. */
import { least } from "./scoring.js";

const DELAY = 0.284; // seconds one way: the profile's 279 ms and half of its jitter
const SPREAD = 0.005; // seconds: the other half
const SLACK = 40; // ms: a smaller difference is chance
const RATE = 3; // messages a second

export default {
  name: "far",
  title: gettext("Far away"),
  seconds: 10,
  introduction: () => gettext("All links go through a satellite, 279 ms one way; three messages a second."),
  question: () => gettext("Who delivers fastest, on average?"),
  model: { delay: DELAY, spread: SPREAD },
  columns: ["mean", "slowest", "requests"],
  prepare: (run) => run.setLink({ profile: "satellite" }),
  act: (run) => run.traffic({ rate: RATE }),
  drain: 4,
  winners: (measured) => least(measured, ({ mean }) => mean, SLACK),
  why: () =>
    gettext("A pushed message travels once. If requests are held, a message that comes just after a response waits until that has arrived and the next request is here, and then travels itself: three times the delay at worst. Near the server nobody notices."),
};
