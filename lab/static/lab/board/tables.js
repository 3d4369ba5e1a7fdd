/** Tables with a row for each pane. */
import { element } from "../shared/dom.js";

/** Build a table. Cells are texts or elements; the first of each row is its header. */
export function table(headers, rows, className = "") {
  const created = element("table", `figures ${className}`);
  const head = created.createTHead().insertRow();
  for (const text of headers) head.append(header("col", text));
  const body = created.createTBody();
  for (const [title, ...cells] of rows) {
    const row = body.insertRow();
    row.append(header("row", title));
    for (const content of cells) row.insertCell().append(content);
  }
  return created;
}

export function header(scope, content) {
  const cell = element("th", "");
  cell.scope = scope;
  cell.append(content);
  return cell;
}

/** A box that can also be scrolled by the keyboard, for content that may be wider than the screen. */
export function scrollable(label) {
  const box = element("div", "sideways");
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", label);
  return box;
}

/** A pane's name with its colour. */
export function named({ name, title }) {
  const created = element("span", "named", title);
  created.dataset.technique = name;
  return created;
}
