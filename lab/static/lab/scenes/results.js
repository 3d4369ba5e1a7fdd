/** The end of a scene: the figures with the model's beside them, who was right, and why. */
import { cost, heldBack } from "../board/measurements.js";
import { expected } from "./model.js";
import { mark, sideways, table } from "../board/tables.js";
import { bytes, digits } from "../shared/units.js";
import { duration, element, list, number } from "../shared/format.js";

const ms = (value) => (value === null || value === undefined ? "–" : duration(value));
const count = (value) => (value === null || value === undefined ? "–" : number(value));

/** Columns by name: a head, the figure of a pane, how it is written, and the model's where it has one, with its words. */
export const COLUMNS = {
  messages: { head: gettext("messages"), value: ({ messages }) => messages, write: count },
  mean: { head: gettext("mean"), value: ({ mean }) => mean, write: ms, model: ({ mean }) => mean },
  least: { head: gettext("fastest"), value: ({ least }) => least, write: ms },
  most: {
    head: gettext("slowest"),
    value: ({ most }) => most,
    write: ms,
    model: ({ most }) => most,
    words: ({ mean, most }) => (most > mean ? gettext("model: at most %s") : gettext("model: %s")), // a bound is no guess
  },
  slowest: { head: gettext("slowest"), value: ({ most }) => most, write: ms }, // where a fault leaves the model behind
  requests: {
    head: gettext("requests"),
    value: ({ requests }) => requests,
    write: count,
    model: ({ requests }) => requests,
    round: digits,
  },
  bytes: { head: gettext("bytes, all in all"), value: cost, write: bytes, model: ({ ip }) => ip },
  each: {
    head: gettext("bytes a message"),
    value: perMessage,
    write: bytes,
    model: ({ ip }, { messages }) => (messages && ip !== null ? ip / messages : null),
  },
  away: {
    head: gettext("away for"),
    value: ({ away, timesAway }) => (timesAway ? away : null),
    write: (value) => (value === null ? gettext("not noticed") : duration(value)),
  },
  caughtUp: {
    head: gettext("caught up with"),
    value: (figures, { held }) => heldBack(figures, held.begin, held.end),
    write: count,
  },
  behind: { head: gettext("still to come"), value: ({ behind }) => behind, write: count },
  lost: { head: gettext("lost"), value: ({ lost }) => lost, write: count },
  repeated: { head: gettext("repeated"), value: ({ repeated }) => repeated, write: count },
};

export function perMessage(figures) {
  return figures.messages && cost(figures) !== null ? cost(figures) / figures.messages : null;
}

export function reveal(place, { scene, play, figures, predictions }) {
  const right = scene.right(figures, play);
  const columns = scene.columns.map((column) => COLUMNS[column] ?? column(play));
  const rows = figures.panes.map((pane) => row(pane, play, columns, model(pane, figures, scene, play)));
  const answer = list(right.map((name) => predictions.titles.get(name))) || gettext("none of them");
  const verdict = element("p", "verdict");
  verdict.append(element("b", "", interpolate(gettext("Measured: %s."), [answer])));
  const who = predictions.verdict(right);
  if (who) verdict.append(" ", element("span", "who", who), gettext("."));
  const box = sideways(gettext("Measured"));
  box.append(table([gettext("technique"), ...columns.map(({ head }) => head)], rows));
  for (const [index, line] of [...box.querySelectorAll("tbody tr")].entries()) {
    if (!right.includes(figures.panes[index].name)) continue;
    line.className = "right";
    line.cells[0].append(" ", element("span", "tick", "✓"));
  }
  place.replaceChildren(verdict, element("p", "why", scene.why(figures, play, right)), box, window_(figures, play));
}

/** What the model expects of a pane, null for what it does not know; null if the scene says that it does not hold. */
function model(pane, { seconds }, { model: given, faulty }, play) {
  if (!given || pane.kinds === null || faulty?.(play.board).name === pane.name) return null;
  const rate = pane.messages / seconds;
  const manner = play.manner(pane);
  const { mean, most, requests, ip } = expected(pane, manner, { ...given, rate, seconds });
  // It knows the link's delay and the clock of those who ask; without either, and in silence, its 0 says nothing.
  const timed = given.delay || manner === "asks";
  return { mean: timed ? mean : null, most: timed ? most : null, requests, ip: ip || null };
}

function row(pane, play, columns, expectation) {
  const cells = columns.map(({ value, write, model: of, round, words }) => {
    const cell = element("span", "", write(value(pane, play)));
    const should = expectation && of ? of(expectation, pane) : null;
    if (should === null || Number.isNaN(should)) return cell;
    const said = words?.(expectation) ?? gettext("model: %s");
    const beside = element("span", "model", interpolate(said, [(round ?? write)(should)]));
    const both = element("span", "both");
    both.append(cell, " ", beside);
    return both;
  });
  return [mark(pane), ...cells];
}

function window_({ seconds }, { count: published }) {
  const words = ngettext("%s message published in %s s; bytes with TCP and IP, both ways.", "%s messages published in %s s; bytes with TCP and IP, both ways.", published);
  return element("p", "window", interpolate(words, [number(published), digits(seconds)]));
}
