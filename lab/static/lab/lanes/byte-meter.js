/** Bytes by kind: a bar in each row, all to one scale, and a table of all rows. */
import { header } from "../board/tables.js";
import { ARROWS, BYTES } from "../shared/byte-kinds.js";
import { element, partsOf, setText } from "../shared/dom.js";
import { bytes, number } from "../shared/format.js";

/** The bar of one wire, and its numbers. */
export class ByteMeter {
  constructor(root) {
    const { total, bar, kinds } = partsOf(root);
    this.total = total;
    this.kinds = Object.entries(BYTES).map(([kind, name]) => {
      const segment = element("i", `kind ${kind}`);
      const figure = element("dd", "", "0");
      const term = element("dt", "", name);
      const line = element("div", "");
      term.prepend(element("i", `kind ${kind}`));
      line.append(term, figure);
      bar.append(segment);
      kinds.append(line);
      return { kind, segment, figure };
    });
  }

  /** `longest`: bytes of the longest bar. */
  show(counted, longest) {
    const { up, down } = counted.bytes;
    setText(this.total, bytes(counted.total));
    for (const { kind, segment, figure } of this.kinds) {
      const count = up[kind] + down[kind];
      segment.style.width = `${longest ? (100 * count) / longest : 0}%`;
      segment.hidden = !count;
      setText(figure, bytes(count));
    }
  }
}

/** All numbers: kinds and directions down, wires across. */
export class ByteTable {
  cells = new Map(); // "wire kind direction": td

  constructor(root, panes) {
    const head = element("tr", "");
    head.append(header("col", gettext("bytes of")), ...panes.map(({ title }) => header("col", title)));
    const rows = [];
    for (const [kind, name] of [...Object.entries(BYTES), ["total", gettext("total")]]) {
      for (const [direction, arrow] of Object.entries(ARROWS)) {
        const row = element("tr", kind);
        row.append(header("row", `${name} ${arrow}`), ...panes.map((pane) => this.cell(pane.name, kind, direction)));
        rows.push(row);
      }
    }
    root.querySelector("thead").append(head);
    root.querySelector("tbody").append(...rows);
  }

  cell(wire, kind, direction) {
    const cell = element("td", "", "0");
    Object.assign(cell.dataset, { wire, kind, direction });
    this.cells.set(`${wire} ${kind} ${direction}`, cell);
    return cell;
  }

  show(wire, counted) {
    for (const direction of Object.keys(ARROWS)) {
      const counts = counted.bytes[direction];
      const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
      for (const kind of Object.keys(BYTES)) this.showCell(wire, kind, direction, counts[kind]);
      this.showCell(wire, "total", direction, total);
    }
  }

  showCell(wire, kind, direction, count) {
    setText(this.cells.get(`${wire} ${kind} ${direction}`), number(count));
  }
}
