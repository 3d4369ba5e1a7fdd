/** One message, at a random moment. */
import { digits } from "../shared/format.js";
import { most } from "./scoring.js";

const DELAY = 50; // ms one way
const SLACK = 8; // ms: a smaller difference is chance
const EARLIEST = 0.3; // seconds

export default {
  name: "one",
  title: gettext("One message"),
  seconds: 3,
  introduction: () =>
    interpolate(gettext("One message is published at a random moment; every link takes %s ms."), [digits(DELAY)]),
  question: () => gettext("Which pane will show it last?"),
  model: { delay: DELAY / 1_000 },
  columns: ["slowest", "requests"],
  prepare: (run) => run.setLink({ delay_ms: DELAY }),
  async act(run) {
    await run.wait(EARLIEST + Math.random());
    run.publish(gettext("Here is the one message."));
    await run.wait(run.seconds - EARLIEST - 1);
  },
  winners: (measured) => most(measured, ({ slowest }) => slowest, SLACK),
  why: () =>
    gettext("If a request or a stream already waits at the server, the message leaves at once. A client that polls gets it with its next poll: on average after half an interval, at worst after a whole one."),
};
