/** What the traffic of a window would cost for N clients over a day, with the arithmetic written out. */
import { cost } from "./measurements.js";
import { mark, table } from "./tables.js";
import { bits, bytes, digits, perSecond } from "../shared/units.js";
import { element } from "../shared/format.js";

export const DAY = 86_400; // seconds

/** The costs of `clients` such as this one: bytes a day, bits and requests a second. */
export function scaled({ bytes: carried, requests, seconds }, clients) {
  const each = seconds ? clients / seconds : 0; // a window that begins just now has no rate yet
  const rate = seconds ? carried / seconds : 0;
  return { rate, day: carried * each * DAY, bits: 8 * carried * each, requests: requests * each };
}

export class Costs {
  figures = null;

  constructor({ costs: form, clients, day, sums }) {
    Object.assign(this, { clients, day, sums, slider: form.elements.clients });
    form.onsubmit = (event) => event.preventDefault();
    this.slider.oninput = () => this.draw();
  }

  show(figures) {
    this.figures = figures;
    this.draw();
  }

  /** One to a million, each tenth of the way as far as the one before. */
  get count() {
    const exact = 10 ** this.slider.valueAsNumber;
    const step = 10 ** Math.max(0, Math.floor(Math.log10(exact)) - 1); // two digits: nobody has 12,589 clients
    return Math.round(exact / step) * step;
  }

  draw() {
    const { count } = this;
    this.clients.textContent = digits(count);
    this.slider.setAttribute("aria-valuetext", digits(count));
    if (!this.figures) return;
    const { seconds } = this.figures;
    const known = this.figures.panes.filter((pane) => cost(pane) !== null);
    const costs = known.map((pane) => [pane, scaled({ bytes: cost(pane), requests: pane.requests, seconds }, count)]);
    const heads = [gettext("technique"), gettext("a day"), gettext("all the time"), gettext("requests a second")];
    const rows = costs.map(([pane, { day, bits: rate, requests }]) => [mark(pane), bytes(day), bits(rate), digits(requests)]);
    this.day.replaceChildren(table(heads, rows));
    this.sums.replaceChildren(...costs.map(([pane, sum]) => this.sum(pane, sum, seconds, count)));
  }

  /** The sum in one line; its figures stand in its data too, unrounded. */
  sum(pane, { rate, day, requests }, seconds, count) {
    const words = gettext("%s: %s B measured in %s s = %s B/s; × 86,400 s × %s clients = %s a day. Requests: %s in %s s, × %s clients = %s.");
    const line = element("li", "", interpolate(words, [
      pane.title, digits(cost(pane)), digits(seconds), digits(rate), digits(count), bytes(day),
      digits(pane.requests), digits(seconds), digits(count), perSecond(requests),
    ]));
    Object.assign(line.dataset, { bytes: cost(pane), seconds, clients: count, day, requests: pane.requests });
    return line;
  }
}
