/** The right answers to a scene's question: several if their difference is due to chance, or too small. */
import { list } from "../shared/format.js";

/** Names of the panes with the largest value; those that are smaller by `slack` count, too. Panes without one: null. */
export function most({ panes }, valueOf, slack = 0) {
  const known = panes.filter((pane) => valueOf(pane) !== null);
  const largest = Math.max(...known.map(valueOf));
  return known.filter((pane) => tied(valueOf(pane), largest, slack)).map(({ name }) => name);
}

/** Names of the panes with the smallest value. */
export function least({ panes }, valueOf, slack = 0) {
  const known = panes.filter((pane) => valueOf(pane) !== null);
  const smallest = Math.min(...known.map(valueOf));
  return known.filter((pane) => tied(smallest, valueOf(pane), slack)).map(({ name }) => name);
}

/** Whether two values count as equal: at most `slack` apart, or by the ratio of lab/pages/margin.py. */
function tied(small, large, slack) {
  const { margin } = document.querySelector("[data-margin]").dataset;
  return large - small <= slack || large <= small * Number(margin);
}

/** Names of the panes for which a condition is true, or "none". */
export function matching({ panes }, condition) {
  const names = panes.filter(condition).map(({ name }) => name);
  return names.length ? names : ["none"];
}

export const titles = ({ panes }, names) =>
  list(panes.filter(({ name }) => names.includes(name)).map(({ title }) => title));
