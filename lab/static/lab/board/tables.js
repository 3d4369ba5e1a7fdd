/** Tables of figures, pane by pane. */
import { element } from "../shared/format.js";

/** Build a table; cells are texts or elements, the first of a row is its head. */
export function table(heads, rows, className = "") {
  const made = element("table", `figures ${className}`);
  const head = made.createTHead().insertRow();
  for (const words of heads) {
    const cell = element("th", "", words);
    cell.scope = "col";
    head.append(cell);
  }
  const body = made.createTBody();
  for (const [title, ...cells] of rows) {
    const row = body.insertRow();
    const first = element("th", "");
    first.scope = "row";
    first.append(title);
    row.append(first);
    for (const content of cells) row.insertCell().append(content);
  }
  return made;
}

/** A box for what may be wider than its screen, which the keyboard scrolls, too. */
export function sideways(words) {
  const box = element("div", "sideways");
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", words);
  return box;
}

/** A pane's name with its colour beside it: the colour alone says nothing. */
export function mark({ name, title }) {
  const made = element("span", "named", title);
  made.dataset.technique = name;
  return made;
}
