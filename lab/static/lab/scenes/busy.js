/** Many messages: polling becomes the cheapest. */
import { costPerMessage } from "../board/measurements.js";
import { digits } from "../shared/format.js";
import { least, titles } from "./scoring.js";

const RATE = 20; // messages a second; the model's curves cross near 5 to 10, depending on the size of the headers

export default {
  name: "busy",
  title: gettext("Busy room"),
  seconds: 9,
  introduction: (board, seconds) =>
    interpolate(gettext("%s messages a second for %s seconds; one poll a second."), [RATE, digits(seconds)]),
  question: () => gettext("Who needs the fewest bytes per message?"),
  model: {},
  columns: ["bytesPerMessage", "requests", "mean"],
  act: (run) => run.traffic({ rate: RATE }),
  winners: (measured) => least(measured, costPerMessage),
  why(measured, { pollingPane }, winners) {
    const { messages, requests } = measured.panes.find(({ name }) => name === pollingPane.name);
    if (!winners.includes(pollingPane.name)) {
      return interpolate(gettext("This time polling was not the cheapest, but %s. The more messages come with one poll, the less its headers weigh."), [titles(measured, winners)]);
    }
    const sentence = gettext("Each poll brought %s messages, which shared its headers and packets. A message that is pushed alone pays for a packet and an acknowledgement: about 104 bytes of TCP and IP.");
    return interpolate(sentence, [digits(Math.round(messages / Math.max(1, requests)))]);
  },
};
