/** The messages of a burst as numbered chips: on their way, delivered, delivered twice, or lost. */
import { element } from "../shared/dom.js";

const PATIENCE = 2_000; // ms after which a message that has not come counts as lost; it may still come
const STATES = {
  waiting: gettext("on its way"),
  delivered: gettext("delivered"),
  twice: gettext("delivered twice"),
  lost: gettext("lost"),
};

export class Chips {
  chips = new Map(); // nonce: {chip, count}

  constructor(list) {
    this.list = list;
  }

  /** Begin a new burst. */
  clear() {
    this.chips.clear();
    this.list.replaceChildren();
  }

  /** A message was published; `wait`: ms that its delivery may take besides. */
  publish({ nonce, text }, wait) {
    const chip = element("li", "chip", text);
    const entry = { chip, count: 0 };
    this.chips.set(nonce, entry);
    this.list.append(chip);
    show(entry, "waiting");
    setTimeout(() => entry.count || show(entry, "lost"), PATIENCE + wait);
  }

  deliver({ nonce }) {
    const entry = this.chips.get(nonce);
    if (!entry) return;
    entry.count += 1;
    show(entry, entry.count > 1 ? "twice" : "delivered");
  }
}

function show({ chip }, state) {
  chip.dataset.state = state;
  chip.setAttribute("aria-label", `${chip.textContent}: ${STATES[state]}`);
  chip.title = STATES[state];
}
