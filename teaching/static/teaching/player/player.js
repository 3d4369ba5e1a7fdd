/** Plays a recording back: the lanes move by its own clock, the inspector explains its bytes, the results come last. */
import { Axis } from "../../lab/lanes/axis.js";
import { ControlLog } from "../../lab/lanes/control-log.js";
import { Inspector } from "../../lab/lanes/inspector.js";
import { Lane } from "../../lab/lanes/lane.js";
import { Legend } from "../../lab/lanes/legend.js";
import { Timeline } from "../../lab/lanes/timeline.js";
import { Trace } from "../../lab/lanes/trace.js";
import { sentence } from "../../lab/shared/byte-kinds.js";
import { element, partsOf } from "../../lab/shared/dom.js";
import { bytes, duration, number } from "../../lab/shared/format.js";
import { onThemeChange } from "../../lab/shared/theme.js";

const AROUND = 500; // ms before the first exchange and after the last one
const UPDATE = 500; // ms between updates of the legend

const recording = JSON.parse(document.getElementById("recording").textContent);
const parts = partsOf(document);
const details = new Map(recording.exchanges.map((exchange) => [exchange.id, exchange]));
const [begin, end] = [recording.from - AROUND, recording.to + AROUND];
const rows = [...document.querySelectorAll(".tracks section")].map(rowOf);
const axis = new Axis(parts.axis);
const timeline = new Timeline(draw);
const inspector = new Inspector(parts.inspector, { exchange: (id) => Promise.resolve(details.get(id)) });
let playing = null; // {at, since}: the recording's time at an instant of the page's clock

timeline.pause(true);
timeline.zoom(Number(parts.span.value));
for (const drawn of [axis, ...rows.map(({ lane }) => lane)]) drawn.onresize = () => (timeline.dirty = true);
for (const row of rows) listen(row);
parts.play.onclick = () => (playing ? pause() : play());
parts.speed.onchange = () => playing && play();
parts.span.onchange = () => timeline.zoom(Number(parts.span.value));
parts.place.oninput = () => {
  pause();
  go(begin + (Number(parts.place.value) / Number(parts.place.max)) * (end - begin));
};
parts.reveal.onclick = () => reveal(parts.results.hidden);
showChanges();
showTable();
showLegend();
go(begin);

function rowOf(section) {
  const { lane: canvas, frame } = partsOf(section);
  const name = section.dataset.technique;
  const trace = new Trace();
  trace.since = -Infinity;
  for (const exchange of recording.exchanges) if (exchange.wire === name) trace.add(exchange);
  for (const [id, delivery] of Object.entries(recording.deliveries[name] ?? {})) trace.deliver(Number(id), delivery);
  const pane = { name, title: section.dataset.title };
  return { trace, frame, canvas, lane: new Lane(canvas, trace), pane, parts: { link: element("span", "") } };
}

function draw(view) {
  for (const { lane } of rows) lane.draw(view);
  axis.draw(view, rows);
}

/** Show a time of the recording at the right edge. */
function go(at) {
  timeline.to = Math.min(Math.max(at, begin), end);
  timeline.dirty = true;
  parts.place.value = String(Math.round((Number(parts.place.max) * (timeline.to - begin)) / (end - begin)));
  parts.clock.textContent = `${((timeline.to - begin) / 1_000).toFixed(2)} s`;
}

function play() {
  const at = timeline.to >= end ? begin : timeline.to;
  playing = { at, since: performance.now(), speed: Number(parts.speed.value) };
  parts.play.textContent = gettext("Pause");
  requestAnimationFrame(step);
}

function pause() {
  playing = null;
  parts.play.textContent = gettext("Play");
}

function step(now) {
  if (!playing) return;
  go(playing.at + (now - playing.since) * playing.speed);
  if (timeline.to < end) {
    requestAnimationFrame(step);
    return;
  }
  pause();
  reveal(true);
}

function reveal(shown) {
  parts.results.hidden = !shown;
  parts.reveal.setAttribute("aria-expanded", String(shown));
}

function listen(row) {
  const { lane, trace, frame, canvas } = row;
  canvas.onclick = ({ offsetX, offsetY }) => {
    const stroke = lane.strokeAt(offsetX, offsetY, timeline.view);
    if (stroke) inspect(row, stroke);
  };
  frame.onkeydown = (event) => {
    const forward = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Enter" && lane.chosen) inspect(row, lane.chosen);
    else if (forward) {
      pause();
      const next = trace.strokes.indexOf(lane.chosen) + forward;
      choose(row, lane.chosen ? trace.strokes[next] : trace.strokes[trace.firstSince(timeline.to - timeline.span)]);
    } else return;
    event.preventDefault();
  };
}

function choose(row, stroke) {
  if (!stroke) return;
  for (const { lane } of rows) lane.chosen = null;
  row.lane.chosen = stroke;
  const { from, to } = timeline.view;
  if (stroke.from < from || stroke.to > to) go(stroke.to + timeline.span / 5);
  timeline.dirty = true;
  parts.caption.textContent = `${row.pane.title}: ${sentence(stroke)}`;
}

function inspect(row, stroke) {
  pause();
  choose(row, stroke);
  inspector.open(stroke, row);
}

/** Faults, links and restarts, at the wires' own times. */
function showChanges() {
  const log = new ControlLog(new EventTarget(), rows, element("p", ""));
  log.openedAt = begin;
  for (const { changes } of [recording.state.server, ...recording.state.wires]) {
    for (const change of changes) change.by = null; // there is only one board here
  }
  log.note(recording.state);
}

function showLegend() {
  const legend = new Legend(parts.legend);
  const drawLegend = () => legend.draw({ ...rows[0].lane.colours, dark: getComputedStyle(document.body).color });
  drawLegend();
  onThemeChange(drawLegend);
  setInterval(() => legend.show(new Set(rows.flatMap(({ lane }) => [...lane.captions.inView]))), UPDATE);
}

/** What was delivered, and at what cost, from the recorded exchanges alone. */
function showTable() {
  const table = element("table", "");
  const head = element("tr", "");
  const names = [gettext("technique"), gettext("messages"), gettext("median latency"), gettext("slowest")];
  head.append(...[...names, gettext("requests"), gettext("bytes")].map((name) => element("th", "", name)));
  table.append(head);
  for (const { trace, pane } of rows) {
    const latencies = [...trace.deliveries.values()].map(({ ms }) => ms).sort((one, other) => one - other);
    const sent = trace.strokes.filter(({ kind }) => kind === "request").length;
    const size = trace.strokes.reduce((sum, stroke) => sum + stroke.size, 0);
    const line = element("tr", "");
    const values = [middle(latencies), latencies.at(-1)].map((ms) => (ms === undefined ? "–" : duration(ms)));
    const cells = [number(latencies.length), ...values, number(sent), bytes(size)];
    line.append(element("th", "", pane.title), ...cells.map((text) => element("td", "", text)));
    table.append(line);
  }
  parts.table.append(table);
}

function middle(sorted) {
  return sorted[Math.floor(sorted.length / 2)];
}
