/** The wall: the address, the question, how many have answered, the votes once they are open, and the phones. */
import { element, partsOf, setText } from "../lab/shared/dom.js";
import { number } from "../lab/shared/format.js";
import { distributions } from "./distributions.js";
import { Follower } from "./live.js";
import { showReaders } from "./readers.js";
import { choices, transferText, votedText } from "./rounds.js";

const root = document.querySelector("[data-states]");
const parts = partsOf(root);
let shown = "";

const follower = new Follower(root.dataset.states, show, () => {
  setText(parts.notice, gettext("The server does not respond; this page tries again."));
});
follower.open();

function show(state) {
  const { phones, round } = state;
  setText(parts.notice, "");
  setText(parts.count, interpolate(ngettext("%s phone", "%s phones", phones.length), [number(phones.length)]));
  const asking = Boolean(round) && state.showing === "round";
  root.classList.toggle("asking", asking);
  root.classList.toggle("reading-now", state.showing === "readers");
  parts.asked.hidden = !asking;
  parts.readers.hidden = asking;
  if (asking) showRound(state);
  else showReaders(parts.readers, root, state);
}

function showRound(state) {
  const { round, phones } = state;
  setText(parts.voted, votedText(round, phones));
  const { voted, ...rest } = round;
  const text = JSON.stringify([rest, round.stage === "shown" && voted, state.after]);
  if (text === shown) return;
  shown = text;
  const isOpen = round.stage === "shown";
  setText(parts.question, round.text);
  parts.choices.hidden = isOpen;
  parts.choices.replaceChildren(...choices(round));
  parts.results.replaceChildren();
  if (!isOpen) return;
  parts.results.append(distributions(round));
  const transfer = transferText(state);
  if (transfer) parts.results.append(element("p", "transfer", transfer));
}
