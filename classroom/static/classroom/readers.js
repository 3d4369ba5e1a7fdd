/** The phones as readers: a dot for each, grouped by technique, lit when the newest message came, and its latency. */
import { element } from "../lab/shared/dom.js";
import { duration, number } from "../lab/shared/format.js";

const SVG = "http://www.w3.org/2000/svg";
const LINES = [1, 10, 100, 1_000, 10_000]; // ms
const NAMED = [1, 1_000]; // lines with a name, far enough from each other
const TOP = 5; // the strip ends at 10^TOP ms
const LEFT = 3; // percent of the strip's width
const RIGHT = 97;
const STATUSES = {
  here: "",
  hidden: gettext("hidden"),
  late: gettext("timers slowed down"),
  away: gettext("away"),
};

/** Show the phones of a state. @param {HTMLElement} parent @param {ParentNode} root - with the techniques */
export function showReaders(parent, root, { phones, message }) {
  const groups = [...root.querySelectorAll("template[data-technique]")].map(({ dataset }) => {
    const own = phones.filter(({ technique }) => technique === dataset.technique);
    return own.length ? group(dataset, own, message) : null;
  });
  parent.replaceChildren(...groups.filter(Boolean));
}

function group({ technique, title }, phones, message) {
  const box = element("section", "reader-group");
  box.dataset.technique = technique;
  const received = phones.filter(({ receipt }) => receipt);
  const known = received.map(({ receipt }) => receipt.ms).filter((ms) => ms !== null);
  const heading = element("h2", "", title);
  const count = element("span", "came", countText(phones, received, message));
  heading.append(" ", count);
  const dots = element("ul", "phone-dots");
  dots.append(...phones.map((phone) => dot(phone, message)));
  box.append(heading, dots);
  if (message !== null) box.append(strip(title, received, known));
  return box;
}

function countText(phones, received, message) {
  if (message === null) return interpolate(ngettext("%s phone", "%s phones", phones.length), [number(phones.length)]);
  return interpolate(gettext("came to %s of %s"), [number(received.length), number(phones.length)]);
}

function dot({ number: own, status, receipt }, message) {
  const item = element("li", "phone-dot", number(own));
  item.dataset.status = status;
  if (receipt) item.classList.add("lit");
  if (receipt?.back) item.classList.add("back");
  const words = [
    STATUSES[status],
    receipt ? written(receipt) : message === null ? "" : gettext("the message has not come"),
    receipt?.back ? gettext("came back for it") : "",
  ].filter(Boolean);
  item.title = words.join(" · ");
  if (words.length) item.append(element("span", "hidden", ` ${words.join(", ")}`));
  return item;
}

/** "640 ms ± 3 ms", or only the bound if the latency is below it. */
export function written({ ms, bound }) {
  const error = bound ? `± ${duration(Math.ceil(bound))}` : "";
  return [ms === null ? "" : duration(ms), error].join(" ").trim();
}

/** The latencies on a logarithmic scale. */
function strip(title, received, known) {
  const svg = create("svg", { class: "strip", role: "img", width: "100%", height: "3.4em" });
  const sorted = [...known].sort((a, b) => a - b);
  const label = sorted.length
    ? interpolate(gettext("%s: from %s to %s"), [title, duration(sorted[0]), duration(sorted.at(-1))])
    : interpolate(gettext("%s: no latency is known"), [title]);
  svg.setAttribute("aria-label", label);
  for (const ms of LINES) {
    const x = `${place(ms)}%`;
    svg.append(create("line", { x1: x, x2: x, y1: "0", y2: "2em" }));
    if (!NAMED.includes(ms)) continue;
    const name = create("text", { x, y: "3.1em", "text-anchor": ms === 1 ? "start" : "middle" });
    name.textContent = duration(ms);
    svg.append(name);
  }
  for (const { receipt, status } of received) {
    if (receipt.ms === null) continue;
    const { ms, bound } = receipt;
    const y = "1em";
    svg.append(
      create("line", { class: "bound", x1: `${place(ms - bound)}%`, x2: `${place(ms + bound)}%`, y1: y, y2: y }),
      create("circle", { cx: `${place(ms)}%`, cy: y, r: "0.4em", "data-status": status }),
    );
  }
  return svg;
}

/** The place of a latency, in percent from the left. */
function place(ms) {
  return LEFT + ((RIGHT - LEFT) * Math.log10(Math.min(Math.max(ms, 1), 10 ** TOP))) / TOP;
}

function create(name, attributes) {
  const created = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) created.setAttribute(attribute, value);
  return created;
}
