/** The teacher's page: ask, step from the vote to the results, let the phones read, keep the lesson. */
import { clock } from "../lab/clock.js";
import { button, element, partsOf, setText } from "../lab/shared/dom.js";
import { isolated, labelled, number } from "../lab/shared/format.js";
import { Refused } from "../lab/states.js";
import { distributions } from "./distributions.js";
import { Follower, post } from "./live.js";
import { showReaders } from "./readers.js";
import { choices, transferText, votedText } from "./rounds.js";
import { sceneQuestions } from "./scene-questions.js";

// What a stage leads to: [stage, the button's text], the usual one first.
const NEXT = {
  first: [["discuss", gettext("Close the vote, discuss")], ["closed", gettext("Close the vote")], ["shown", gettext("Open the votes")]],
  discuss: [["second", gettext("Second vote")], ["shown", gettext("Open the votes")]],
  second: [["closed", gettext("Close the vote")], ["shown", gettext("Open the votes")]],
  closed: [["shown", gettext("Open the votes")], ["first", gettext("First vote again")], ["second", gettext("Second vote")]],
  shown: [],
};
const PEEK = 1_000; // ms between two looks at the votes
const AUTHOR = gettext("Teacher");

const parts = partsOf(document);
const shownTexts = new Map(); // part: what it shows, as text
let state = null;

clock.start();
const follower = new Follower("/class/state.events", show, () => {
  setText(parts.notice, gettext("The server does not respond; this page tries again."));
});
follower.open();
parts.scenes.append(...sceneQuestions(document).map(({ title, ...question }) =>
  askable(labelled(title, question.text), question)));
parts.write.onsubmit = (event) => {
  event.preventDefault();
  keep();
};
parts.file.onchange = async () => {
  const [file] = parts.file.files;
  if (file) await attempt(parts["asked-notice"], async () => post("/class/keep.json", { toml: await file.text() }));
  parts.file.value = "";
};
parts.publish.onsubmit = (event) => {
  event.preventDefault();
  const { value: text } = parts.publish.elements.text;
  const draft = { author: AUTHOR, text, nonce: clock.newNonce(), sent_at: clock.now() };
  attempt(parts["read-notice"], () => post("/class/publish.json", draft));
};
parts.technique.onchange = () =>
  attempt(parts["read-notice"], () => post("/class/technique.json", { technique: parts.technique.value }));
parts.forget.onclick = () => parts.sure.showModal();
parts.sure.onclose = () => {
  if (parts.sure.returnValue === "yes") attempt(parts.notice, () => post("/class/forget.json"));
};
parts.peeking.ontoggle = peek;
setInterval(peek, PEEK);

function show(newest) {
  state = newest;
  setText(parts.notice, "");
  const { phones, round, names, shared, questions, rounds } = state;
  setText(parts.count, interpolate(ngettext("%s phone", "%s phones", phones.length), [number(phones.length)]));
  const sharing = ngettext("%s phone shares its address with others: one device may have joined twice, or they are behind one router.", "%s phones share an address: one device may have joined twice, or they are behind one router.", shared);
  setText(parts.shared, shared ? interpolate(sharing, [number(shared)]) : "");
  showIfNew("names", names, () => showNames(names));
  showIfNew("own", questions, () => showOwn(questions));
  showIfNew("rounds", rounds, () => showRounds(rounds));
  setText(parts.voted, round ? votedText(round, phones) : "");
  if (round) delete round.voted; // changes all the time; it is shown already
  showIfNew("steps", [round, state.twin, state.after], () => showRound(round));
  showReaders(parts.readers, document, state);
}

/** Show something only if it has changed, so that the focus stays where it is. */
function showIfNew(name, value, showIt) {
  const text = JSON.stringify(value);
  if (shownTexts.get(name) === text) return;
  shownTexts.set(name, text);
  showIt();
}

function showNames(names) {
  const lines = Object.entries(names).map(([place, name]) => element("li", "", labelled(place, isolated(name))));
  parts.names.replaceChildren(...(lines.length ? lines : [element("li", "", gettext("Nobody has given a name."))]));
}

function showOwn(questions) {
  parts.own.replaceChildren(...questions.map((question) => {
    const item = askable(question.text, { id: question.id });
    const drop = () => attempt(parts["asked-notice"], () => post("/class/drop.json", { id: question.id }));
    const text = gettext("Delete");
    const dropper = button("", text, drop);
    dropper.setAttribute("aria-label", labelled(text, question.text));
    item.append(dropper);
    return item;
  }));
  if (!questions.length) parts.own.append(element("li", "hint", gettext("None yet.")));
}

function askable(text, fields) {
  const item = element("li", "");
  const ask = () => attempt(parts["asked-notice"], () => post("/class/ask.json", fields));
  const asker = button("", gettext("Ask"), ask);
  asker.setAttribute("aria-label", labelled(gettext("Ask"), text));
  const words = element("span", "", text);
  words.dir = "auto";
  item.append(words, asker);
  return item;
}

async function keep() {
  const { text, options } = parts.write.elements;
  const lines = options.value.split("\n").map((line) => line.trim()).filter(Boolean);
  const fields = {
    text: text.value,
    options: lines.map((line) => line.replace(/^\*\s*/, "")),
    right: lines.filter((line) => line.startsWith("*")).map((line) => line.replace(/^\*\s*/, "")),
  };
  const kept = await attempt(parts["asked-notice"], () => post("/class/keep.json", fields));
  if (kept) parts.write.reset();
}

function showRound(round) {
  setText(parts.question, round ? round.text : gettext("Nothing was asked yet."));
  parts.choices.hidden = !round || round.stage === "shown";
  parts.choices.replaceChildren(...(round ? choices(round) : []));
  parts.steps.replaceChildren(...(round ? steps(round) : []));
  parts.peeking.hidden = !round || round.stage === "shown";
  if (parts.peeking.hidden) parts.peeking.open = false;
  parts.results.replaceChildren();
  if (round?.stage !== "shown") return;
  parts.results.append(distributions(round));
  const transfer = transferText(state);
  if (transfer) parts.results.append(element("p", "transfer", transfer));
}

function steps({ stage, scene }) {
  const made = NEXT[stage].map(([next, text], place) =>
    button(place ? "" : "primary", text, () => attempt(parts.notice, () => post("/class/step.json", { stage: next }))));
  if (scene && stage !== "shown") {
    const link = element("a", "button", gettext("Run the scene on the board"));
    link.href = `/compare/class/#scene=${scene}`;
    link.target = "_blank";
    made.push(link);
  }
  if (stage === "shown" && state.twin) {
    made.push(button("primary", gettext("Ask the twin question"), () => attempt(parts.notice, () => post("/class/twin.json"))));
  }
  return made;
}

function showRounds(rounds) {
  parts.rounds.hidden = !rounds.length;
  parts.rounds.tBodies[0].replaceChildren(...rounds.map(({ text, voted, were_right: right, twin_of: twin }) => {
    const row = document.createElement("tr");
    const heading = element("th", "", twin ? labelled(gettext("twin"), text) : text);
    heading.scope = "row";
    heading.dir = "auto";
    const cells = voted.map((count, ballot) => element("td", "", right ? rightText(right[ballot], count) : number(count)));
    row.append(heading, ...cells);
    return row;
  }));
}

const rightText = (right, count) => (count ? interpolate(gettext("%s of %s right"), [number(right), number(count)]) : "–");

/** Look at the votes, while that is open. */
async function peek() {
  if (!parts.peeking.open || !state?.round) return;
  const { options } = state.round;
  const tally = await post("/class/peek.json").catch(() => null);
  if (tally && parts.peeking.open) parts.peek.replaceChildren(distributions({ options, right: [], ...tally }));
}

/** Do something; return whether it was done, and show why not. */
async function attempt(notice, task) {
  try {
    await task();
    setText(notice, "");
    return true;
  } catch (error) {
    setText(notice, error instanceof Refused ? error.message : gettext("The server does not respond; try again."));
    return false;
  }
}
