/** Who comes first: one pane, or several if what lies between them is chance, or too little to be named. */
import { list } from "../shared/format.js";

/** Whether two figures tie: at most `slack` apart, or by the ratio of lab/pages/margin.py, which the page brings. */
function tied(low, high, slack) {
  const { margin } = document.querySelector("[data-margin]").dataset;
  return high - low <= slack || high <= low * Number(margin);
}

const known = (panes, of) => panes.filter((pane) => of(pane) !== null);

/** Names of the panes with the most of something; `slack`: so much less is as good. */
export function most({ panes }, of, slack = 0) {
  const top = Math.max(...known(panes, of).map(of));
  return known(panes, of).filter((pane) => tied(of(pane), top, slack)).map(({ name }) => name);
}

/** Names of the panes with the least. */
export function least({ panes }, of, slack = 0) {
  const bottom = Math.min(...known(panes, of).map(of));
  return known(panes, of).filter((pane) => tied(bottom, of(pane), slack)).map(({ name }) => name);
}

/** Names of the panes of which something is true, or "none". */
export function those({ panes }, true_) {
  const names = panes.filter(true_).map(({ name }) => name);
  return names.length ? names : ["none"];
}

export const titles = ({ panes }, names) =>
  list(panes.filter(({ name }) => names.includes(name)).map(({ title }) => title));
