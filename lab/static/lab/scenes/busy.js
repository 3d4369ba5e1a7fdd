/** Many messages: when asking becomes the cheapest. */
import { perMessage } from "./results.js";
import { digits } from "../shared/units.js";
import { least, titles } from "./scoring.js";

const RATE = 20; // messages a second; the model's curves cross near 5 to 10, by the size of the heads

export default {
  name: "busy",
  title: gettext("Busy room"),
  seconds: 9,
  explain: (board, seconds) =>
    interpolate(gettext("%s messages a second for %s seconds, one poll a second."), [RATE, digits(seconds)]),
  question: () => gettext("Who pays the fewest bytes for each message?"),
  model: {},
  columns: ["each", "requests", "mean"],
  run: (play) => play.speak({ rate: RATE }),
  right: (figures) => least(figures, perMessage),
  why(figures, play, right) {
    const { asking } = play;
    const { messages, requests } = figures.panes.find(({ name }) => name === asking.name);
    if (!right.includes(asking.name)) {
      return interpolate(gettext("Here asking was not the cheapest; it was %s. The more messages share a poll, the less its heads weigh: try more of them."), [titles(figures, right)]);
    }
    const words = gettext("One poll brought %s messages at a time, which shared its heads and its packets. Pushed one by one, each of them pays for a packet and an acknowledgement: about 104 bytes of TCP and IP.");
    return interpolate(words, [digits(Math.round(messages / Math.max(1, requests)))]);
  },
};
