/** Who comes first: one pane, or several where what lies between them is chance. */
import { list } from "../words.js";

/** Names of the panes with the most of something; `slack`: so much less is as good. */
export function most({ panes }, of, slack = 0) {
  const known = panes.filter((pane) => of(pane) !== null);
  const top = Math.max(...known.map(of));
  return known.filter((pane) => of(pane) >= top - slack).map(({ name }) => name);
}

/** Names of the panes with the least. */
export const least = (figures, of, slack = 0) =>
  most(figures, (pane) => (of(pane) === null ? null : -of(pane)), slack);

/** Names of the panes of which something is true, or "none". */
export function those({ panes }, true_) {
  const names = panes.filter(true_).map(({ name }) => name);
  return names.length ? names : ["none"];
}

export const titles = ({ panes }, names) =>
  list(panes.filter(({ name }) => names.includes(name)).map(({ title }) => title));
