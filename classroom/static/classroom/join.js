/** The page of a phone: join, vote with big buttons, and read by the technique that the phone was given. */
import { clock } from "../lab/clock.js";
import { element, partsOf, setText } from "../lab/shared/dom.js";
import { isolated, labelled } from "../lab/shared/format.js";
import { Refused } from "../lab/states.js";
import { distributions } from "./distributions.js";
import { Follower, post } from "./live.js";
import { PhoneReader } from "./phone-reader.js";

const STRANGER = 403; // the status for a phone that has not joined

const parts = partsOf(document);
const reader = new PhoneReader(parts);
const follower = new Follower("/join/state.events", show, check);
let shown = ""; // the round that is on the page, as text

clock.start();
if ("known" in document.querySelector("[data-join]").dataset) follower.open();
else parts.form.hidden = false;
parts.form.onsubmit = (event) => {
  event.preventDefault();
  join(parts.form.elements.name.value);
};

async function join(name) {
  await attempt(async () => {
    show(await post("/join/phone.json", { name }));
    follower.open();
    parts.heading.focus();
  });
}

/** Find out why nothing comes any more: perhaps a new lesson has begun. */
async function check() {
  try {
    await post("/join/report.json", reader.fields());
    showNotice("");
  } catch (error) {
    if (error instanceof Refused && error.status === STRANGER) leave();
    else showNotice(gettext("The server does not respond; this page tries again."));
  }
}

/** This phone is not in the lesson, or no longer. */
function leave() {
  follower.close();
  reader.stop();
  parts.joined.hidden = true;
  parts.form.hidden = false;
  showNotice("");
}

function show(state) {
  parts.form.hidden = true;
  parts.joined.hidden = false;
  showNotice("");
  const who = interpolate(gettext("You are phone %s"), [state.number]);
  setText(parts.who, state.name ? labelled(who, isolated(state.name)) : who);
  reader.use(state);
  const text = JSON.stringify(state.round);
  if (text === shown) return; // the buttons stay, and the focus with them
  shown = text;
  showRound(state.round);
}

function showRound(round) {
  setText(parts.question, round ? round.text : gettext("Wait for the first question."));
  setText(parts.hint, round ? hint(round) : "");
  const isOpen = round?.stage === "shown";
  const { key } = /** @type {HTMLElement} */ (document.activeElement).dataset;
  parts.options.replaceChildren(...(round && !isOpen ? round.options.map((one) => option(round, one)) : []));
  parts.results.replaceChildren(...(isOpen ? [distributions(round)] : []));
  if (key) parts.options.querySelector(`[data-key="${key}"]`)?.focus();
}

function hint({ stage, mine: [first, second], right, options }) {
  if (stage === "first") return first ? gettext("Your vote is in; you can change it.") : gettext("Choose one.");
  if (stage === "discuss") return gettext("Talk to the people beside you: why do you think so? Then vote again.");
  if (stage === "second") return second ? gettext("Your second vote is in; you can change it.") : gettext("Vote again.");
  if (stage === "closed") return gettext("The vote is over. Watch the wall.");
  const last = second ?? first;
  const chosen = options.find(({ key }) => key === last);
  if (!chosen || !right.length) return "";
  return right.includes(last) ? gettext("You were right.") : gettext("It was something else this time.");
}

function option({ number, stage, mine }, { key, text }) {
  const chosen = stage === "first" ? mine[0] : stage === "second" ? mine[1] : mine[1] ?? mine[0];
  const button = element("button", "choice");
  button.type = "button";
  button.dataset.key = button.dataset.technique = key;
  button.disabled = stage !== "first" && stage !== "second";
  button.setAttribute("aria-pressed", String(chosen === key));
  const words = element("span", "", text);
  words.dir = "auto";
  button.append(words);
  button.onclick = () => attempt(async () => show(await post("/join/vote.json", { round: number, option: key })));
  return button;
}

/** Do something; show why it was refused. */
async function attempt(task) {
  try {
    await task();
    showNotice("");
  } catch (error) {
    showNotice(error instanceof Refused ? error.message : gettext("The server does not respond; try again."));
  }
}

function showNotice(text) {
  setText(parts.notice, text);
}
