/** The result of a scene as bars: one for each pane, with a tick where the model expects its end. */
import { element } from "../shared/dom.js";

/**
 * Draw the values of a column of results.js, which panes won, and the model's values: for each pane, or null.
 * @param {{panes: any[]}} measured @param {any} run @param {any} column @param {any[]} models @param {string[]} winners
 */
export function bars({ panes }, run, column, models, winners) {
  const { header, value, write, model, writeModel = write } = column;
  const found = panes.map((pane, index) => {
    const modelled = models[index] && model ? model(models[index], pane) : null;
    return { pane, measured: value(pane, run), modelled: Number.isFinite(modelled) ? modelled : null };
  });
  const longest = Math.max(...found.flatMap(({ measured, modelled }) => [measured ?? 0, modelled ?? 0])) || 1;
  const share = (each) => `${(100 * each) / longest}%`;
  const figure = element("figure", "result-bars");
  figure.append(element("figcaption", "", header));
  for (const { pane, measured, modelled } of found) {
    const line = element("div", "result");
    line.dataset.technique = pane.name;
    line.classList.toggle("none", measured === null);
    const track = element("span", "track");
    const bar = element("i", "bar");
    bar.style.width = share(measured ?? 0);
    track.append(bar);
    if (modelled !== null) {
      const tick = element("i", "tick");
      tick.style.left = share(modelled);
      tick.title = interpolate(gettext("model: %s"), [writeModel(modelled)]);
      track.append(tick);
    }
    const right = winners.includes(pane.name) ? " ✓" : "";
    line.append(element("span", "name", pane.title + right), element("b", "", write(measured)), track);
    figure.append(line);
  }
  if (found.some(({ modelled }) => modelled !== null)) figure.append(element("p", "key", gettext("│ what the model expects")));
  return figure;
}
