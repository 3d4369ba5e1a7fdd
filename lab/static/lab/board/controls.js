/** The controls: what is published, how the browser asks, the links, the faults. Each group has a module of its own. */
import { Aftermath } from "./fault-outcome.js";
import * as faults from "./faults.js";
import * as links from "./links.js";
import { Neighbour, wait } from "./outside-publisher.js";
import { text, traffic } from "./traffic.js";
import { number } from "../shared/format.js";

const STREAMS = 7; // one more than browsers open to one origin

export async function start(board, root) {
  const parts = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
  const neighbour = await Neighbour.of(document, board);
  const aftermath = new Aftermath(board, parts.aftermath);
  offerPublishing(board, neighbour, parts);
  offerClients(board, parts);
  parts.needs.hidden = Boolean(board.wire);
  if (board.wire) {
    links.offer(board, parts);
    faults.offer(board, neighbour, aftermath, parts);
  } else {
    for (const field of [...parts.link.elements, ...parts.faults.elements]) field.disabled = true;
  }
}

/** Once, or at a rate; by a pane, or by somebody whom no pane pays for. */
function offerPublishing(board, neighbour, { publish: form, once, stream, published }) {
  const { rate, seconds, size, by } = form.elements;
  const always = new AbortController().signal;
  let count = 0;
  let running = null;

  function say(words) {
    count += 1;
    if (by.value === "past") neighbour.publish(words, always).catch(({ message }) => (published.textContent = message));
    else board.publish(words, { by: by.value || undefined });
    published.textContent = interpolate(ngettext("%s message published.", "%s messages published.", count), [number(count)]);
  }

  once.onclick = () => {
    count = 0;
    if (size.reportValidity()) say(text(1, size.valueAsNumber));
  };
  form.onsubmit = async (event) => {
    event.preventDefault();
    if (running) return running.abort();
    count = 0;
    running = new AbortController();
    const { textContent } = stream;
    stream.textContent = gettext("Stop");
    const wanted = { rate: rate.valueAsNumber, seconds: seconds.valueAsNumber, size: size.valueAsNumber };
    await traffic(say, { ...wanted, signal: running.signal });
    running = null;
    stream.textContent = textContent;
  };
}

/** How often the clients ask, how long they are held, and how many connections a browser grants one origin. */
function offerClients(board, { clients: form, streams: button, opened }) {
  const { interval, hold, pane: choice } = form.elements;
  form.onsubmit = (event) => event.preventDefault();
  form.onchange = ({ target }) => {
    if (target === choice || !target.reportValidity()) return;
    const fields = { interval: 1_000 * interval.valueAsNumber, hold: hold.valueAsNumber };
    for (const pane of board.panes.values()) pane.set(fields);
  };

  board.addEventListener("defaults", () => {
    interval.value = interval.defaultValue;
    hold.value = hold.defaultValue;
  });

  let leaving = null;
  button.onclick = async () => {
    if (leaving) return leaving.abort();
    leaving = new AbortController();
    const { textContent } = button;
    const pane = board.panes.get(choice.value);
    pane.openStreams(STREAMS);
    button.textContent = gettext("Close them");
    button.setAttribute("aria-pressed", "true");
    while (!leaving.signal.aborted) {
      await wait(300, leaving.signal);
      if (!leaving.signal.aborted) opened.textContent = limit(board, pane);
    }
    pane.openStreams(0);
    leaving = null;
    opened.textContent = "";
    button.textContent = textContent;
    button.setAttribute("aria-pressed", "false");
  };
}

/** What the wire sees of the streams. */
function limit(board, pane) {
  const open = board.wired(pane.name)?.connections;
  const words = gettext("%s: clients %s, connections open %s. To one origin a browser opens six by HTTP/1.1, for all its tabs together; who has none waits its turn.");
  return interpolate(words, [pane.title, number(STREAMS + 1), open === undefined ? "?" : number(open)]);
}
