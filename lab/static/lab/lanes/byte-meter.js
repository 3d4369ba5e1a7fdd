/** Bytes by kind: a bar in each row, all to one scale, and one table of all rows. */
import { BYTES, bytes } from "../shared/byte-kinds.js";
import { element, number } from "../shared/format.js";

export const DIRECTIONS = { up: "↑", down: "↓" };

/** The bar and the figures of one wire. */
export class Meter {
  constructor(root) {
    this.total = root.querySelector("[data-part=total]");
    this.bar = root.querySelector("[data-part=bar]");
    const list = root.querySelector("[data-part=kinds]");
    this.parts = Object.entries(BYTES).map(([kind, name]) => {
      const segment = element("i", `kind ${kind}`);
      const figure = element("dd", "", "0");
      const term = element("dt", "", name);
      const line = element("div", "");
      term.prepend(element("i", `kind ${kind}`));
      line.append(term, figure);
      this.bar.append(segment);
      list.append(line);
      return { kind, segment, figure };
    });
  }

  /** Show what was counted; `most`: bytes of the longest bar. */
  show(counted, most) {
    const { up, down } = counted.bytes;
    put(this.total, bytes(counted.total));
    for (const { kind, segment, figure } of this.parts) {
      const count = up[kind] + down[kind];
      segment.style.width = `${most ? (100 * count) / most : 0}%`;
      segment.hidden = !count;
      put(figure, bytes(count));
    }
  }
}

/** Every figure in numbers: kinds and directions down, wires across. */
export class Table {
  cells = new Map(); // "wire kind direction": td

  constructor(root, panes) {
    const head = element("tr", "");
    head.append(heading(gettext("bytes of"), "col"), ...panes.map(({ title }) => heading(title, "col")));
    const rows = [];
    for (const [kind, name] of [...Object.entries(BYTES), ["total", gettext("total")]]) {
      for (const [direction, arrow] of Object.entries(DIRECTIONS)) {
        const row = element("tr", kind);
        const cells = panes.map((pane) => {
          const cell = element("td", "", "0");
          Object.assign(cell.dataset, { wire: pane.name, kind, direction });
          this.cells.set(`${pane.name} ${kind} ${direction}`, cell);
          return cell;
        });
        row.append(heading(`${name} ${arrow}`, "row"), ...cells);
        rows.push(row);
      }
    }
    root.querySelector("thead").append(head);
    root.querySelector("tbody").append(...rows);
  }

  show(name, counted) {
    for (const direction of Object.keys(DIRECTIONS)) {
      for (const kind of Object.keys(BYTES)) this.put(name, kind, direction, counted.bytes[direction][kind]);
      this.put(name, "total", direction, Object.values(counted.bytes[direction]).reduce((sum, each) => sum + each, 0));
    }
  }

  put(name, kind, direction, count) {
    put(this.cells.get(`${name} ${kind} ${direction}`), number(count));
  }
}

function heading(text, scope) {
  const made = element("th", "", text);
  made.scope = scope;
  return made;
}

export function put(part, text) {
  if (part.textContent !== text) part.textContent = text;
}
