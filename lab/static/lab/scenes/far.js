/** The link of a satellite: the distance is the same for all, but not how often it is travelled. */
import { least } from "./scoring.js";

const DELAY = 0.284; // seconds one way: the profile's 279 ms and half of its jitter
const SPREAD = 0.005; // seconds: the other half
const SLACK = 40; // ms: less than that between two panes is chance
const RATE = 3; // messages a second

export default {
  name: "far",
  title: gettext("Far away"),
  seconds: 10,
  explain: () => gettext("Every link goes by a satellite, 279 ms one way; three messages a second."),
  question: () => gettext("Who delivers soonest, on average?"),
  model: { delay: DELAY, spread: SPREAD },
  columns: ["mean", "most", "requests"],
  set: (play) => play.link({ profile: "satellite" }),
  run: (play) => play.speak({ rate: RATE }),
  drain: 4,
  right: (figures) => least(figures, ({ mean }) => mean, SLACK),
  why: () =>
    gettext("What is pushed travels once. A held request that was just answered must first come back: the answer's way, the next request's, and the message's, three transits at worst. Near the server nobody sees that."),
};
