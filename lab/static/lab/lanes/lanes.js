/** The lanes: the traffic of all wires on one time axis; it can be paused, chosen and inspected. */
import { sentence } from "../shared/byte-kinds.js";
import { setText } from "../shared/dom.js";
import { time } from "../shared/format.js";
import { onThemeChange } from "../shared/theme.js";
import { Axis } from "./axis.js";
import { ByteTable } from "./byte-meter.js";
import { ControlLog } from "./control-log.js";
import { Follow } from "./follow.js";
import { Inspector } from "./inspector.js";
import { Legend } from "./legend.js";
import { Row } from "./row.js";
import { Timeline } from "./timeline.js";
import { Transcript } from "./transcript.js";

const UPDATE = 500; // ms between updates of the legend
const MARGIN = 250; // ms beside the window of a scene

export function start(board, root) {
  const part = (name) => root.querySelector(`[data-part=${name}]`); // the first: rows have parts of the same names
  const elements = [...root.querySelectorAll("[data-row]")];
  const rows = elements.map((element) => new Row(element, board, board.panes.get(element.dataset.row)));
  const axis = new Axis(part("axis"));
  const table = new ByteTable(part("table"), [...board.panes.values()]);
  const inspector = new Inspector(part("inspector"), board.control);
  const timeline = new Timeline((view) => {
    for (const { lane } of rows) lane.draw(view);
    axis.draw(view, rows);
  });
  for (const drawn of [axis, ...rows.map(({ lane }) => lane)]) drawn.onresize = () => (timeline.dirty = true);
  new ControlLog(board.control, rows, part("notice"));
  const names = ["follow", "following", "clock", "play", "step", "speed", "leave", "caption"];
  new Follow(board, rows, timeline, Object.fromEntries(names.map((name) => [name, part(name)])));

  const describe = (stroke) => `${time(stroke.at)} ${sentence(stroke)}`;
  const inspect = (row, stroke) => stroke && inspector.open(stroke, row);
  const choose = (row, stroke) => {
    for (const { lane } of rows) lane.chosen = null;
    row.lane.chosen = stroke;
    timeline.dirty = true;
    if (stroke) setText(part("caption"), `${row.pane.title} ${describe(stroke)}`);
  };

  board.control.addEventListener("exchanges", ({ detail }) => {
    for (const row of rows) row.add(detail.filter(({ wire }) => wire === row.pane.name));
  });
  board.control.addEventListener("state", showCounts);
  board.addEventListener("counting", showCounts);
  function showCounts() {
    const longest = Math.max(...rows.map(({ pane }) => board.counted(pane.name)?.total ?? 0));
    for (const row of rows) {
      row.showExpected();
      row.showCounts(longest);
      const counted = board.counted(row.pane.name);
      if (counted) table.show(row.pane.name, counted);
    }
  }

  for (const row of rows) {
    const { lane, trace, parts } = row;
    const list = root.querySelector(`#as-text [data-technique=${row.pane.name}] ol`);
    new Transcript(list, trace, (stroke) => inspect(row, stroke));
    const pointed = ({ offsetX, offsetY }) => lane.strokeAt(offsetX / lane.zoom, offsetY / lane.zoom, timeline.view);
    parts.lane.onclick = (event) => {
      const stroke = pointed(event);
      choose(row, stroke);
      inspect(row, stroke);
    };
    parts.lane.onpointermove = (event) => {
      const stroke = pointed(event);
      parts.lane.classList.toggle("hit", Boolean(stroke));
      if (stroke) setText(part("hover"), describe(stroke));
    };
    parts.frame.onkeydown = (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (event.key === "Enter") inspect(row, lane.chosen ?? trace.strokes.at(-1));
      else if (!step) return;
      else {
        board.pause(true);
        const stroke = lane.chosen ? trace.adjacent(lane.chosen, step) : trace.strokes.at(-1);
        if (stroke) {
          timeline.show(stroke.from, stroke.to);
          choose(row, stroke);
        }
      }
      event.preventDefault();
    };
  }

  part("pause").onclick = () => board.pause(!board.paused);
  board.addEventListener("pause", ({ detail: { paused } }) => {
    timeline.pause(paused);
    setText(part("pause"), paused ? gettext("Resume") : gettext("Pause"));
    part("pause").setAttribute("aria-pressed", String(paused));
    root.classList.toggle("paused", paused);
  });
  board.addEventListener("window", ({ detail: range }) => {
    board.pause(Boolean(range));
    if (range) timeline.hold(range.from - MARGIN, range.to + MARGIN);
    root.querySelector(".board").scrollIntoView({ block: "nearest" });
  });
  part("span").onchange = ({ target }) => timeline.zoom(Number(target.value));
  part("reset").onclick = () => board.resetCounts();
  const move = (share) => {
    board.pause(true);
    timeline.move(share * timeline.span);
  };
  part("earlier").onclick = () => move(-0.5);
  part("later").onclick = () => move(0.5);
  for (const toggle of root.querySelectorAll("[aria-controls]")) {
    toggle.onclick = () => {
      const drawer = document.getElementById(toggle.getAttribute("aria-controls"));
      drawer.hidden = !drawer.hidden;
      toggle.setAttribute("aria-expanded", String(!drawer.hidden));
      drawer.scrollIntoView({ block: "nearest" }); // it opens below the lanes, perhaps below the screen's end
    };
  }
  const legend = new Legend(part("legend"));
  const drawLegend = () => legend.draw({ ...rows[0].lane.colours, dark: getComputedStyle(root).color });
  drawLegend();
  onThemeChange(drawLegend);
  setInterval(() => legend.show(new Set(rows.flatMap(({ lane }) => [...lane.captions.inView]))), UPDATE);
}
