/** What the measured traffic would cost for many clients over a day, with the arithmetic written out. */
import { element } from "../shared/dom.js";
import { bits, bytes, digits, perSecond } from "../shared/format.js";
import { cost } from "./measurements.js";
import { named, table } from "./tables.js";

const DAY = 86_400; // seconds

/** The costs of `clients` clients: bytes a day, bits and requests a second. */
function scaled({ bytes: carried, requests, seconds }, clients) {
  const scale = seconds ? clients / seconds : 0; // a window that has just begun has no rate yet
  const rate = seconds ? carried / seconds : 0;
  return { rate, day: carried * scale * DAY, bits: 8 * carried * scale, requests: requests * scale };
}

export class Costs {
  measured = null;

  constructor({ costs: form, clients, day, sums }) {
    this.clients = clients;
    this.day = day;
    this.sums = sums;
    this.slider = form.elements.clients;
    form.onsubmit = (event) => event.preventDefault();
    this.slider.oninput = () => this.draw();
  }

  show(measured) {
    this.measured = measured;
    this.draw();
  }

  /** One to a million clients, on a logarithmic scale, rounded to two digits. */
  get count() {
    const exact = 10 ** this.slider.valueAsNumber;
    const step = 10 ** Math.max(0, Math.floor(Math.log10(exact)) - 1);
    return Math.round(exact / step) * step;
  }

  draw() {
    const { count } = this;
    this.clients.textContent = digits(count);
    this.slider.setAttribute("aria-valuetext", digits(count));
    if (!this.measured) return;
    const { seconds } = this.measured;
    const known = this.measured.panes.filter((pane) => cost(pane) !== null);
    const costs = known.map((pane) => [pane, scaled({ bytes: cost(pane), requests: pane.requests, seconds }, count)]);
    const headers = [gettext("technique"), gettext("a day"), gettext("bandwidth"), gettext("requests a second")];
    const cells = ([pane, { day, bits: rate, requests }]) => [named(pane), bytes(day), bits(rate), digits(requests)];
    this.day.replaceChildren(table(headers, costs.map(cells)));
    this.sums.replaceChildren(...costs.map(([pane, sum]) => this.sum(pane, sum, seconds, count)));
  }

  /** The calculation in one line; its data has the unrounded numbers. */
  sum(pane, { rate, day, requests }, seconds, count) {
    const text = gettext("%s: %s B measured in %s s = %s B/s; × 86,400 s × %s clients = %s a day. Requests: %s in %s s, × %s clients = %s.");
    const line = element("li", "", interpolate(text, [
      pane.title, digits(cost(pane)), digits(seconds), digits(rate), digits(count), bytes(day),
      digits(pane.requests), digits(seconds), digits(count), perSecond(requests),
    ]));
    Object.assign(line.dataset, { bytes: cost(pane), seconds, clients: count, day, requests: pane.requests });
    return line;
  }
}
