/** One message, after a while of chance. */
import { digits } from "../shared/units.js";
import { most } from "./scoring.js";

const DELAY = 50; // ms one way
const SLACK = 8; // ms: less than that between two panes is chance

export default {
  name: "one",
  title: gettext("One message"),
  seconds: 3,
  explain: () => interpolate(gettext("One message is published at an instant of chance; every link takes %s ms."), [digits(DELAY)]),
  question: () => gettext("Which pane will show it last?"),
  model: { delay: DELAY / 1_000 },
  columns: ["most", "requests"],
  set: (play) => play.link({ delay_ms: DELAY }),
  async run(play) {
    await play.wait(0.3 + Math.random());
    play.say(gettext("Here is the one message."));
    await play.wait(play.seconds - 1.3);
  },
  right: (figures) => most(figures, ({ most }) => most, SLACK),
  why: () =>
    gettext("Where a request or a stream already waits at the server, the message leaves at once. Who asks by the clock gets it with the next question: on average half an interval later, at worst a whole one."),
};
