/** The scoreboard: latency, bytes and requests of each pane, and what the same traffic costs for many clients. */
import { partsOf } from "../shared/dom.js";
import { bytes, duration, number } from "../shared/format.js";
import { wait } from "../shared/wait.js";
import { OPEN } from "../states.js";
import { Chart } from "./chart.js";
import { Costs } from "./costs.js";
import { costPerMessage, difference, nextState, readCounters } from "./measurements.js";
import { named, table } from "./tables.js";

const UPDATE = 1_000; // ms between updates if there are no wires
const OPENING = 15_000; // ms until the panes are open
const HISTORY = 300; // ms until they have the history

export function start(board, root) {
  const parts = partsOf(root);
  const chart = new Chart(parts.chart);
  const costs = new Costs(parts);
  let first = null; // a reading of the counters; null until the panes are ready
  let baseline = null; // a reading of the counters, when the scores were kept; null if they are not
  let resets = 0;

  function show() {
    if (!first) return;
    const measured = difference(board, baseline ?? first);
    if (measured.panes.some((pane) => pane.bytes < 0 || pane.requests < 0)) return reset(); // the wires were restarted
    if (baseline) return parts.latest.replaceChildren(scores(measured));
    parts.window.textContent = interpolate(gettext("of the last %s"), [duration(1_000 * measured.seconds)]);
    if (!parts.scoreboard.open) return;
    parts.scores.replaceChildren(scores(measured));
    chart.show(measured.panes);
    costs.show(measured);
  }

  /** Begin when all panes are open and have the history, which does not count as traffic of this window. */
  async function reset() {
    first = null;
    resets += 1;
    const own = resets;
    const latest = Date.now() + OPENING;
    const ready = () => [...board.panes.values()].every(({ readyState }) => readyState === OPEN);
    while (!ready() && Date.now() < latest) await wait(UPDATE / 10);
    await wait(HISTORY);
    await nextState(board);
    if (own !== resets) return;
    first = readCounters(board);
    if (baseline) baseline = first;
    show();
  }

  /** Keep the scores as they are, and show those that follow below them; or show the newest again. */
  function keep() {
    baseline = baseline || !first ? null : readCounters(board);
    parts.hold.setAttribute("aria-pressed", String(Boolean(baseline)));
    parts.since.hidden = !baseline;
    show();
  }

  parts.reset.onclick = () => (board.control ? board.resetCounts() : reset());
  board.addEventListener("counting", reset); // a pane's page has loaded, or the counts were reset
  parts.hold.onclick = keep;
  parts.scoreboard.ontoggle = show;
  offerCapture(board, parts);
  if (board.control) board.control.addEventListener("state", show);
  else setInterval(show, UPDATE);
  reset();
}

/** The captured traffic, as a file for Wireshark. */
function offerCapture({ control }, { captured, download }) {
  const setUrl = () => (download.href = control.captureUrl(captured.value));
  captured.onchange = setUrl;
  if (control) setUrl();
  else captured.disabled = true;
}

function scores({ panes }) {
  const headers = [
    gettext("technique"),
    gettext("messages"),
    gettext("mean"),
    gettext("99 % arrive within"),
    gettext("bytes per message"),
    gettext("requests"),
    gettext("lost"),
    gettext("repeated"),
  ];
  const rows = panes.map((pane) => [
    named(pane),
    number(pane.messages),
    orDash(pane.mean, duration),
    orDash(pane.p99, duration),
    bytes(costPerMessage(pane)),
    orDash(pane.requests, number),
    number(pane.lost),
    number(pane.repeated),
  ]);
  return table(headers, rows);
}

const orDash = (value, format) => (value === null ? "–" : format(value));
