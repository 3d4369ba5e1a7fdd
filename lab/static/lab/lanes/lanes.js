/** The lanes: everything that passes on the wires, on one time axis, to be paused, chosen and taken apart. */
import { Axis } from "./axis.js";
import { Inspector } from "./inspector.js";
import { sentence, time } from "../shared/byte-kinds.js";
import { legend } from "./legend.js";
import { Table, put } from "./byte-meter.js";
import { Row } from "./row.js";
import { Timeline } from "./timeline.js";
import { Transcript } from "./transcript.js";
import { Watch } from "./control-log.js";

/** Build the rows of [data-slot=lanes] and let them run. */
export function start(board, root) {
  const part = (name) => root.querySelector(`[data-part=${name}]`);
  const row = (element) => new Row(element, board, board.panes.get(element.dataset.row));
  const rows = [...root.querySelectorAll("[data-row]")].map(row);
  const axis = new Axis(part("axis"));
  const table = new Table(part("table"), [...board.panes.values()]);
  const around = (stroke, step, pane) => neighbour(of(pane), stroke, step);
  const inspector = new Inspector(part("inspector"), board.wire, around);
  const timeline = new Timeline((view) => {
    for (const { lane } of rows) lane.draw(view);
    axis.draw(view, rows);
  });
  for (const drawn of [axis, ...rows.map(({ lane }) => lane)]) drawn.onresize = () => (timeline.dirty = true);
  new Watch(board, rows, part("notice"));

  const of = (pane) => rows.find((row) => row.pane === pane);
  const open = (row, stroke) => stroke && inspector.open(stroke, row.pane);
  const choose = (row, stroke) => {
    for (const { lane } of rows) lane.chosen = null;
    row.lane.chosen = stroke;
    timeline.dirty = true;
    if (stroke) put(part("caption"), `${row.pane.title} ${time(stroke.at)} ${sentence(stroke)}`);
  };

  board.wire.addEventListener("exchanges", ({ detail }) => {
    for (const row of rows) row.take(detail.filter(({ wire }) => wire === row.pane.name));
  });
  board.wire.addEventListener("state", () => showCounts());
  board.addEventListener("counting", () => showCounts());
  function showCounts() {
    const most = Math.max(...rows.map(({ pane }) => board.counted(pane.name)?.total ?? 0));
    for (const row of rows) {
      row.expect();
      row.showCounts(most);
      const counted = board.counted(row.pane.name);
      if (counted) table.show(row.pane.name, counted);
    }
  }

  for (const row of rows) {
    const { lane, track, parts } = row;
    const list = root.querySelector(`#as-text [data-technique=${row.pane.name}] ol`);
    new Transcript(list, track, (stroke) => open(row, stroke));
    const pointed = ({ offsetX, offsetY }) => lane.at(offsetX, offsetY, timeline.view);
    parts.lane.onclick = (event) => {
      const stroke = pointed(event);
      choose(row, stroke);
      open(row, stroke);
    };
    parts.lane.onpointermove = (event) => {
      const stroke = pointed(event);
      parts.lane.classList.toggle("hit", Boolean(stroke));
      if (stroke) put(part("hover"), `${time(stroke.at)} ${sentence(stroke)}`);
    };
    parts.frame.onkeydown = (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (event.key === "Enter") open(row, lane.chosen ?? track.strokes.at(-1));
      else if (!step) return;
      else {
        board.pause(true);
        const stroke = lane.chosen ? neighbour(row, lane.chosen, step) : track.strokes.at(-1);
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
    put(part("pause"), paused ? gettext("Go on") : gettext("Pause"));
    part("pause").setAttribute("aria-pressed", String(paused));
    root.classList.toggle("paused", paused);
  });
  part("span").onchange = ({ target }) => timeline.zoom(Number(target.value));
  part("anew").onclick = () => board.countAnew();
  for (const name of ["earlier", "later"]) {
    part(name).onclick = () => {
      board.pause(true);
      timeline.move((name === "earlier" ? -0.5 : 0.5) * timeline.span);
    };
  }
  for (const toggle of root.querySelectorAll("[aria-controls]")) {
    toggle.onclick = () => {
      const shown = document.getElementById(toggle.getAttribute("aria-controls"));
      shown.hidden = !shown.hidden;
      toggle.setAttribute("aria-expanded", String(!shown.hidden));
      shown.scrollIntoView({ block: "nearest" }); // it opens below the lanes, where the screen may have ended
    };
  }
  legend(part("legend"), { ...rows[0].lane.colours, ink: "#1b2433" });
}

/** The stroke before or after one, or the one with an id. */
function neighbour({ track }, stroke, step) {
  if (step.id) return track.byId.get(step.id);
  return track.strokes[track.strokes.indexOf(stroke) + step];
}
