/** The controls: what is published, how the clients poll, the links, and the faults. */
import { partsOf } from "../shared/dom.js";
import { number } from "../shared/format.js";
import { wait } from "../shared/wait.js";
import { FaultOutcome } from "./fault-outcome.js";
import * as faults from "./faults.js";
import * as links from "./links.js";
import { OutsidePublisher } from "./outside-publisher.js";
import { numbered, traffic } from "./traffic.js";

const STREAMS = 7; // one more than the connections that browsers open to one origin
const UPDATE = 300; // ms

export async function start(board, root) {
  const parts = partsOf(root);
  const publisher = await OutsidePublisher.of(document, board);
  startPublishing(board, publisher, parts);
  startClients(board, parts);
  parts.needs.hidden = Boolean(board.control);
  if (board.control) {
    parts.name.textContent = interpolate(gettext("This is board %s."), [board.control.name]);
    links.start(board, parts);
    faults.start(board, publisher, new FaultOutcome(board, parts.outcome), parts);
  } else {
    for (const field of [...parts.link.elements, ...parts.faults.elements]) field.disabled = true;
  }
}

/** Publish once, or at a rate; through a pane, or directly to the server. */
function startPublishing(board, publisher, { publish: form, once, stream, published }) {
  const { rate, seconds, size, by } = form.elements;
  const { signal } = new AbortController();
  let count = 0;
  let running = null;

  function publish(text) {
    count += 1;
    if (by.value === "past") publisher.publish(text, signal).catch(({ message }) => (published.textContent = message));
    else board.publish(text, { by: by.value || undefined });
    const sentence = ngettext("%s message published.", "%s messages published.", count);
    published.textContent = interpolate(sentence, [number(count)]);
  }

  once.onclick = () => {
    count = 0;
    if (size.reportValidity()) publish(numbered(1, size.valueAsNumber));
  };
  form.onsubmit = async (event) => {
    event.preventDefault();
    if (running) return running.abort();
    count = 0;
    running = new AbortController();
    const { textContent } = stream;
    stream.textContent = gettext("Stop");
    const [perSecond, duration, length] = [rate, seconds, size].map((field) => field.valueAsNumber);
    await traffic(publish, { rate: perSecond, seconds: duration, size: length, signal: running.signal });
    running = null;
    stream.textContent = textContent;
  };
}

/** How often the clients poll, how long requests are held, and how many connections a browser opens to one origin. */
function startClients(board, { clients: form, streams: button, opened }) {
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

  let running = null;
  button.onclick = async () => {
    if (running) return running.abort();
    running = new AbortController();
    const { textContent } = button;
    const pane = board.panes.get(choice.value);
    pane.openStreams(STREAMS);
    button.textContent = gettext("Close them");
    button.setAttribute("aria-pressed", "true");
    while (!running.signal.aborted) {
      await wait(UPDATE, running.signal);
      if (!running.signal.aborted) opened.textContent = connections(board, pane);
    }
    pane.openStreams(0);
    running = null;
    opened.textContent = "";
    button.textContent = textContent;
    button.setAttribute("aria-pressed", "false");
  };
}

/** A sentence: how many connections a pane has open, as its wire counts them. */
function connections(board, pane) {
  const open = board.wireState(pane.name)?.connections;
  const sentence = gettext("%s: clients %s, connections open %s. A browser opens six HTTP/1.1 connections to one origin, for all its tabs together; further requests wait.");
  return interpolate(sentence, [pane.title, number(STREAMS + 1), open === undefined ? "?" : number(open)]);
}
