/** The scoreboard: latency, bytes and requests of each pane, and what the same traffic costs for many clients. */
import { Chart } from "./chart.js";
import { OPEN } from "../states.js";
import { Costs } from "./costs.js";
import { cost, difference, fresh, reading } from "./measurements.js";
import { wait } from "./outside-publisher.js";
import { mark, table } from "./tables.js";
import { bytes } from "../shared/units.js";
import { duration, number } from "../shared/format.js";

const LOOK = 1_000; // ms between looks where there is no wire to tell the time
const OPENING = 15_000; // ms that the panes get to open
const HISTORY = 300; // ms that the history gets to come

export function start(board, root) {
  const parts = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
  const chart = new Chart(parts.chart);
  const costs = new Costs(parts);
  let first = null; // a reading; null until everybody has the history
  let held = false;
  let turn = 0;

  function show() {
    if (held || !first) return;
    const figures = difference(board, first);
    if (figures.panes.some(({ bytes: counted, requests }) => counted < 0 || requests < 0)) return anew(); // other wires
    parts.window.textContent = interpolate(gettext("of the last %s"), [duration(1_000 * figures.seconds)]);
    if (!parts.scoreboard.open) return;
    parts.scores.replaceChildren(scores(figures));
    chart.show(figures.panes);
    costs.show(figures);
  }

  /** Begin when all panes are open and have what was said before: that is no traffic of this window. */
  async function anew() {
    first = null;
    turn += 1;
    const own = turn;
    const latest = Date.now() + OPENING;
    const all = () => [...board.panes.values()].every(({ readyState }) => readyState === OPEN);
    while (!all() && Date.now() < latest) await wait(LOOK / 10);
    await wait(HISTORY);
    await fresh(board);
    if (own !== turn) return;
    first = reading(board);
    show();
  }

  parts.anew.onclick = () => (board.wire ? board.countAnew() : anew());
  board.addEventListener("counting", anew); // a pane's page has come, or somebody begins anew
  parts.hold.onclick = () => {
    held = !held;
    parts.hold.setAttribute("aria-pressed", String(held));
    show();
  };
  parts.scoreboard.ontoggle = show;
  offerCapture(board, parts);
  if (board.wire) board.wire.addEventListener("state", show);
  else setInterval(show, LOOK);
  anew();
}

/** What passed, as a file for Wireshark. */
function offerCapture(board, { captured, download }) {
  const aim = () => (download.href = board.wire.captureAddress(captured.value));
  captured.onchange = aim;
  if (board.wire) aim();
  else captured.disabled = true;
}

function scores({ panes }) {
  const heads = [
    gettext("technique"),
    gettext("messages"),
    gettext("mean"),
    gettext("99 % within"),
    gettext("bytes a message"),
    gettext("requests"),
    gettext("lost"),
    gettext("repeated"),
  ];
  const rows = panes.map((figures) => [
    mark(figures),
    number(figures.messages),
    latency(figures.mean),
    latency(figures.p99),
    figures.messages && cost(figures) !== null ? bytes(cost(figures) / figures.messages) : "–",
    figures.requests === null ? "–" : number(figures.requests),
    number(figures.lost),
    number(figures.repeated),
  ]);
  return table(heads, rows);
}

const latency = (ms) => (ms === null ? "–" : duration(ms));
