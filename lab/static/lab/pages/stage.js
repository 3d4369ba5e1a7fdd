/** The page of one stage: it opens and closes the connection, and shows readyState, the traffic, and lost messages. */
import { Ledger } from "../chat/ledger.js";
import { newNonce } from "../outbox.js";
import { appendBreakable, element, partsOf, showState } from "../shared/dom.js";
import { number } from "../shared/format.js";
import { wait } from "../shared/wait.js";
import { CLOSED, OPEN, STATES } from "../states.js";
import { SILENCE } from "../watchdog.js";

const SHOWN = 200; // lines kept in a log
const LENGTH = 300; // characters shown of a line
const UPDATE = 250; // ms between updates of the counters
const BURST = ["1", "2", "3", "4", "5"]; // texts that a simulated user publishes
const GAP = 3; // ms between two of them, less than a browser needs for its next request

const root = document.querySelector("[data-stage]");
const parts = partsOf(root);
const { technique, room, stage } = root.dataset;
const { Client } = await import(root.dataset.client);
const startedAt = performance.now();
const ledger = new Ledger();
let bytes = 0; // of texts received; client.bytes would include the simulated user's responses

const client = new Client(technique, room, { stage });
const deliver = client.deliver.bind(client);
client.deliver = (message) => {
  ledger.deliver(message); // repeated ones, too, which the client leaves out
  deliver(message);
};
client.reconnects = false; // the reader does it
if ("finished" in root.dataset) client.watchdog.silence = SILENCE; // the last stage sends heartbeats
client.onreadystatechange = () => {
  const state = client.readyState;
  showState(parts.state, state);
  parts.open.disabled = state !== CLOSED;
  parts.client.disabled = parts.server.disabled = state !== OPEN;
  log(parts.states, parts.state.textContent, STATES[state].toLowerCase());
};
client.onopen = () => showNotice("");
client.onerror = (error) => showNotice(error.message);
client.onpublished = (draft) => ledger.publish(draft);
client.onrefused = (draft, refused) => showNotice(refused.message);
client.ontrace = (direction, text) => {
  if (direction === "down") bytes += new TextEncoder().encode(text).length;
  log(parts.frames, `${direction === "up" ? "↑" : "↓"} ${shortened(text)}`, direction);
};

parts.open.onclick = () => client.start();
parts.client.onclick = () => client.stop();
parts.server.hidden = !client.requestClose; // only a WebSocket can ask the server to close
parts.server.onclick = () => client.requestClose();
parts.burst.onclick = burst;
parts.interval.hidden = !client.changeInterval; // only a client that polls has an interval
parts.interval.onchange = ({ target }) => client.changeInterval(Number(target.value));
parts.form.onsubmit = (event) => {
  event.preventDefault();
  client.outbox.add(gettext("Student"), parts.form.elements.text.value);
};
addEventListener("pagehide", () => client.stop());
addEventListener("pageshow", ({ persisted }) => persisted && client.start());
document.querySelector("nav [aria-current]").scrollIntoView({ block: "nearest", inline: "center" });
setInterval(showCounters, UPDATE);
client.start();

/** Let a simulated user, with its own connections, publish a few messages in quick succession. */
function burst() {
  const other = new Client(technique, room, { stage });
  const publish = async (text, index) => {
    await wait(index * GAP);
    const draft = { author: gettext("Simulated user"), text, nonce: newNonce(), sent_at: Date.now() };
    await other.outbox.publish(draft);
    ledger.publish(draft);
  };
  other.reconnects = false;
  other.interval = client.interval; // if the client polls
  other.onerror = (error) => showNotice(error.message);
  other.onclose = () => (parts.burst.disabled = false);
  other.onopen = async () => {
    await Promise.all(BURST.map(publish)).catch(other.onerror);
    other.stop();
  };
  parts.burst.disabled = true;
  other.start();
}

function showCounters() {
  const counters = { ...ledger.counts, requests: client.requests, bytes };
  for (const [name, value] of Object.entries(counters)) parts[name].textContent = number(value);
}

function showNotice(text) {
  parts.notice.textContent = text;
}

function shortened(text) {
  if (text.length <= LENGTH) return text;
  return `${text.slice(0, LENGTH)}… ${interpolate(gettext("(%s characters)"), [number(text.length)])}`;
}

/** Add a line, with the seconds since the page was opened, to a log of bounded length. */
function log(list, text, className) {
  const line = element("li", className);
  const time = element("time", "", ((performance.now() - startedAt) / 1_000).toFixed(3));
  const entry = appendBreakable(element("span", ""), text);
  entry.dir = "auto"; // isolated, so that its direction of writing changes nothing else
  line.append(time, entry);
  list.append(line);
  while (list.childElementCount > SHOWN) list.firstElementChild.remove();
  const box = list.parentElement;
  box.scrollTop = box.scrollHeight;
}
