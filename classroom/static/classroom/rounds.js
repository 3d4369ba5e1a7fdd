/** Words for a round, the same on the wall and on the teacher's page. */
import { element } from "../lab/shared/dom.js";
import { labelled, number } from "../lab/shared/format.js";

const STAGES = {
  first: gettext("First vote"),
  discuss: gettext("Discuss"),
  second: gettext("Second vote"),
  closed: gettext("The vote is over"),
  shown: gettext("Results"),
};

/** The name of a stage. */
export const stageName = (stage) => STAGES[stage];

/** "First vote: 12 of 30 phones have answered", never how. */
export function votedText({ stage, voted: [first, second] }, phones) {
  const count = stage === "first" || !second ? first : second;
  const ballot = stage === "second" || second ? second : count;
  const answered = ngettext("%s of %s phone has answered", "%s of %s phones have answered", phones.length);
  return labelled(stageName(stage), interpolate(answered, [number(ballot), number(phones.length)]));
}

/** The options as a list. */
export function choices({ options }) {
  return options.map(({ key, text }) => {
    const item = element("li", "", text);
    item.dataset.technique = key;
    item.dir = "auto";
    return item;
  });
}

/** A sentence on whether the idea of a round was transferred to its twin; "" if that is unknown. */
export function transferText({ before, after }) {
  if (!before?.were_right || !after?.were_right) return "";
  const last = ({ voted, were_right: right }) => {
    const ballot = voted[1] ? 1 : 0;
    return voted[ballot] ? Math.round((100 * right[ballot]) / voted[ballot]) : null;
  };
  const [then, now] = [last(before), last(after)];
  if (then === null || now === null) return "";
  return interpolate(gettext("Right before: %s %; right about the new case: %s %."), [number(then), number(now)]);
}
