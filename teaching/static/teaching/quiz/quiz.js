/** The quiz: takes or opens a capture, asks, gives feedback, and saves the results. */
import { frameHeader } from "../../lab/lanes/frame-header.js";
import { element, partsOf } from "../../lab/shared/dom.js";
import { WireControl } from "../../lab/shared/wire-control.js";
import { Capture } from "./capture.js";
import { inWords, isRight, questionsOf } from "./questions.js";

const STORED = "quiz capture"; // in sessionStorage, so that a reload and a link with a seed find it again
const SECONDS = 60; // of a capture

const root = document.querySelector("[data-quiz]");
const parts = partsOf(root);
const titles = JSON.parse(root.dataset.titles);
const control = root.dataset.control && new WireControl(root.dataset.control);
let capture = null;
let [questions, results] = [[], []];

parts.take.onclick = () => attempt(async () => use(await control.request(`/capture.json?seconds=${SECONDS}`)));
parts.file.onchange = () => attempt(async () => use(parsed(await parts.file.files[0].text())));
parts.save.onclick = () => download(`capture-${capture.name}.json`, capture.file);
parts.setup.onsubmit = (event) => {
  event.preventDefault();
  begin();
};
parts.asking.onsubmit = (event) => {
  event.preventDefault();
  if (results.length > shownPlace()) next();
  else answer();
};
parts.export.onclick = () => download(`quiz-${capture.name}-${seed()}.json`, JSON.stringify(exported(), null, 2));
parts.print.onclick = () => print();
parts.again.onclick = () => show("setup");

restore();

/** Do something that may fail; show the sentence if it does. */
async function attempt(action) {
  parts.notice.textContent = "";
  try {
    await action();
  } catch (error) {
    parts.notice.textContent = error.message;
  }
}

function parsed(written) {
  try {
    return JSON.parse(written);
  } catch {
    throw new Error(gettext("This is not a capture that the quiz has saved."));
  }
}

function use(fields) {
  capture = new Capture(fields, Object.keys(titles));
  const count = interpolate(ngettext("%s exchange", "%s exchanges", capture.exchanges.length), [capture.exchanges.length]);
  parts.captured.textContent = interpolate(gettext("Capture %s: %s."), [capture.name, count]);
  parts.save.disabled = parts.start.disabled = false;
  try {
    sessionStorage.setItem(STORED, capture.file);
  } catch {} // too large: a reload begins without a capture
}

/** Begin with the seed in the address, and with the capture of before. */
function restore() {
  const query = new URLSearchParams(location.search);
  parts.seed.value = query.get("seed") ?? String(Math.floor(Math.random() * 9_000) + 1_000);
  if (query.get("questions")) parts.count.value = query.get("questions");
  const stored = sessionStorage.getItem(STORED);
  if (stored) attempt(() => use(JSON.parse(stored)));
}

function seed() {
  return parts.seed.value.trim() || "1";
}

function begin() {
  const count = Math.min(20, Math.max(1, Math.floor(Number(parts.count.value)) || 8));
  history.replaceState(null, "", `?${new URLSearchParams({ seed: seed(), questions: String(count), capture: capture.name })}`);
  questions = questionsOf(capture, seed(), count, titles);
  results = [];
  show("asking");
  ask();
}

function show(name) {
  for (const each of ["setup", "asking", "ended"]) parts[each].hidden = each !== name;
}

/** How many questions are before the one that is shown. */
function shownPlace() {
  return Number(parts.asking.dataset.place);
}

function ask() {
  const place = results.length;
  const question = questions[place];
  parts.asking.dataset.place = String(place);
  parts.asking.dataset.kind = question.kind;
  parts.progress.textContent = interpolate(gettext("Question %s of %s"), [place + 1, questions.length]);
  parts.prompt.textContent = question.prompt;
  parts.shown.replaceChildren(shown(question));
  parts.inputs.replaceChildren(...inputs(question));
  parts.answers.disabled = false;
  parts.feedback.replaceChildren();
  parts.feedback.className = "feedback";
  parts.submit.textContent = gettext("Answer");
  parts.prompt.focus();
}

function shown({ shown: { bits, digits, text, pieces = [text] }, raw, parts: all }) {
  if (bits) return hiddenBits(frameHeader(raw, all), all, bits, digits);
  const listing = element("pre", "");
  listing.append(...pieces.map((piece) => piece ?? element("mark", "", "?")));
  return listing;
}

/** Replace the values of some parts in the drawing of a frame's header by question marks. */
function hiddenBits(table, all, names, digits) {
  const values = table.querySelectorAll(".values td");
  const labels = table.querySelectorAll(".names b");
  for (const [place, { name, bits: [from, to], bytes: [byte] }] of all.filter((part) => part.bits).entries()) {
    if (!names.includes(name)) continue;
    labels[place].textContent = "?";
    for (let bit = from; digits && bit <= to; bit += 1) values[8 * byte + bit].textContent = "?";
  }
  return table;
}

function inputs({ input, choices, prompt }) {
  if (input === "number") {
    const field = Object.assign(element("input", ""), { type: "number", name: "answer", step: "any" });
    field.setAttribute("aria-label", prompt);
    return [field];
  }
  return choices.map(({ value, text }) => {
    const label = element("label", "choice");
    const box = Object.assign(element("input", ""), { type: input === "one" ? "radio" : "checkbox", name: "answer", value });
    label.append(box, element("span", "", text));
    return label;
  });
}

function given() {
  const fields = [...parts.inputs.querySelectorAll("input")];
  return fields.filter(({ type, checked }) => type === "number" || checked).map(({ value }) => value.trim());
}

function answer() {
  const question = questions[results.length];
  const answered = given();
  if (question.input !== "several" && !answered.join("")) {
    parts.feedback.textContent = gettext("Choose or write an answer first.");
    return;
  }
  const right = isRight(question, answered);
  results.push({ right, given: answered });
  const verdict = right ? gettext("Right.") : interpolate(gettext("Not quite. The answer is: %s"), [inWords(question, question.right)]);
  parts.feedback.className = right ? "feedback right" : "feedback";
  parts.feedback.replaceChildren(element("p", "", verdict), element("p", "", withStandard(question)));
  parts.answers.disabled = true;
  parts.submit.textContent = results.length < questions.length ? gettext("Next question") : gettext("See the score");
  parts.submit.focus();
}

function withStandard({ because, standard }) {
  return standard ? `${because} (${standard})` : because;
}

function next() {
  if (results.length < questions.length) ask();
  else end();
}

function score() {
  return results.filter(({ right }) => right).length;
}

function end() {
  parts.score.textContent = interpolate(gettext("%s of %s right · capture %s · seed %s"), [score(), questions.length, capture.name, seed()]);
  parts.review.replaceChildren(...questions.map((question, place) => {
    const item = element("li", "");
    const { right, given: answered } = results[place];
    const own = interpolate(gettext("Your answer: %s"), [inWords(question, answered)]);
    const correct = interpolate(gettext("Right answer: %s"), [inWords(question, question.right)]);
    item.append(element("p", "", question.prompt), shown(question));
    item.append(element("p", "", right ? `✓ ${own}` : `✗ ${own} · ${correct}`));
    item.append(element("p", "why", withStandard(question)));
    return item;
  }));
  show("ended");
  parts.score.focus();
}

/** The results as JSON. */
function exported() {
  return {
    capture: capture.name,
    seed: seed(),
    score: score(),
    max_score: questions.length,
    questions: questions.map((question, place) => ({
      kind: question.kind,
      exchange: question.about,
      prompt: question.prompt,
      given: inWords(question, results[place].given),
      right: inWords(question, question.right),
      correct: results[place].right,
      because: question.because,
    })),
  };
}

function download(name, content) {
  const link = element("a", "");
  link.href = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}
