/** The results of a scene: the measurements, the model's values beside them, who was right, and why. */
import { cost, costPerMessage, delayedBy } from "../board/measurements.js";
import { named, scrollable, table } from "../board/tables.js";
import { element } from "../shared/dom.js";
import { bytes, digits, duration, list, number } from "../shared/format.js";
import { bars } from "./bars.js";
import { expected } from "./model.js";

const orDash = (format) => (value) => (value === null || value === undefined ? "–" : format(value));
const ms = orDash(duration);
const count = orDash(number);

/**
 * Columns by name: the header, a pane's value, how it is written, the model's value if it has one, how that is written
 * if it differs, and the sentence around it.
 */
const COLUMNS = {
  mean: { header: gettext("mean"), value: ({ mean }) => mean, write: ms, model: ({ mean }) => mean },
  fastest: { header: gettext("fastest"), value: ({ fastest }) => fastest, write: ms },
  slowest: {
    header: gettext("slowest"),
    value: ({ slowest }) => slowest,
    write: ms,
    model: ({ slowest }) => slowest,
    sentence: ({ mean, slowest }) => (slowest > mean ? gettext("model: at most %s") : gettext("model: %s")),
  },
  // Without the model, which knows no faults and says nothing about a single run.
  slowestMeasured: { header: gettext("slowest"), value: ({ slowest }) => slowest, write: ms },
  requests: {
    header: gettext("requests"),
    value: ({ requests }) => requests,
    write: count,
    model: ({ requests }) => requests,
    writeModel: digits,
  },
  bytes: { header: gettext("total bytes"), value: cost, write: bytes, model: ({ ip }) => ip },
  bytesPerMessage: {
    header: gettext("bytes per message"),
    value: costPerMessage,
    write: bytes,
    model: ({ ip }, { messages }) => (messages && ip !== null ? ip / messages : null),
  },
  outage: {
    header: gettext("disconnected for"),
    value: ({ outage }) => outage,
    write: (value) => (value === null ? gettext("never disconnected") : duration(value)),
  },
  delayed: {
    header: gettext("delivered late"),
    value: (pane, { fault }) => delayedBy(pane, fault.begin, fault.end),
    write: count,
  },
  lost: { header: gettext("lost"), value: ({ lost }) => lost, write: count },
  repeated: { header: gettext("repeated"), value: ({ repeated }) => repeated, write: count },
};

const SENTENCE = /^(.+?(?:\.(?=\s)|。))\s*(.*)$/s; // the first one, and the rest

/** Show who was right, a bar for each pane, and why in one sentence; the figures and the rest when they are opened. */
export function showResults(parent, { scene, run, measured, predictions }) {
  const winners = scene.winners(measured, run);
  const columns = scene.columns.map((column) => COLUMNS[column] ?? column(run));
  const models = measured.panes.map((pane) => modelFor(pane, measured, scene, run));
  const rows = measured.panes.map((pane, index) => row(pane, run, columns, models[index]));
  const answer = list(winners.map((name) => predictions.titles.get(name))) || gettext("none of them");
  const verdict = element("p", "verdict");
  verdict.append(element("b", "", interpolate(gettext("Measured: %s."), [answer])));
  const who = predictions.verdict(winners);
  if (who) verdict.append(" ", element("span", "who", who), gettext("."));
  const box = scrollable(gettext("Measured"));
  box.append(table([gettext("technique"), ...columns.map(({ header }) => header)], rows));
  for (const [index, line] of [...box.querySelectorAll("tbody tr")].entries()) {
    if (!winners.includes(measured.panes[index].name)) continue;
    line.className = "right";
    line.cells[0].append(" ", element("span", "tick", "✓"));
  }
  const why = scene.why(measured, run, winners);
  const [, first, rest] = why.match(SENTENCE) ?? [why, why, ""];
  const shown = columns[scene.columns.indexOf(scene.bar ?? scene.columns[0])];
  const details = element("details", "figures-too");
  details.append(element("summary", "", gettext("Figures")), box, summary(measured, run));
  if (rest) details.append(element("p", "", rest));
  parent.replaceChildren(verdict, bars(measured, run, shown, models, winners), element("p", "why", first), details);
  const naive = run.panes.find((pane) => run.methodOf(pane) === scene.naive && pane.frame?.dataset.naive);
  if (naive) details.before(linkTo(naive));
  // For other apps, which may add to the results.
  document.dispatchEvent(new CustomEvent("scene-results", { detail: { scene: scene.name, winners, parent } }));
}

/** A link to the first stage of a pane's technique. */
function linkTo({ frame: { dataset } }) {
  const line = element("p", "");
  const link = element("a", "", gettext("See a first version that does lose messages"));
  link.href = `/${dataset.technique}/stages/${dataset.naive}/lobby/`;
  line.append(link);
  return line;
}

/** The model's values for a pane; null if it has none, or if the scene says that it does not apply. */
function modelFor(pane, { seconds }, { model: parameters, faulty }, run) {
  if (!parameters || pane.kinds === null || faulty?.(run.board).name === pane.name) return null;
  const rate = pane.messages / seconds;
  const method = run.methodOf(pane);
  const { mean, slowest, requests, ip } = expected(pane, method, { ...parameters, rate, seconds });
  // Without a delay, of a link or until the next poll, it has no latency; without messages, it may have no bytes.
  const hasLatency = parameters.delay || method === "polls";
  return { mean: hasLatency ? mean : null, slowest: hasLatency ? slowest : null, requests, ip: ip || null };
}

function row(pane, run, columns, expectation) {
  const cells = columns.map(({ value, write, model, writeModel = write, sentence }) => {
    const cell = element("span", "", write(value(pane, run)));
    const modelled = expectation && model ? model(expectation, pane) : null;
    if (modelled === null || Number.isNaN(modelled)) return cell;
    const text = sentence?.(expectation) ?? gettext("model: %s");
    const both = element("span", "both");
    both.append(cell, " ", element("span", "model", interpolate(text, [writeModel(modelled)])));
    return both;
  });
  return [named(pane), ...cells];
}

function summary({ seconds }, { count: published }) {
  const sentence = ngettext("%s message published in %s s; bytes with TCP and IP, both ways.", "%s messages published in %s s; bytes with TCP and IP, both ways.", published);
  return element("p", "window", interpolate(sentence, [number(published), digits(seconds)]));
}
