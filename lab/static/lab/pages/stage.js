/** One stage tried by hand: who closes, how readyState changes, what passes, and what is lost. */
import { CLOSED, OPEN, STATES } from "../states.js";
import { SILENCE } from "../watchdog.js";
import { Ledger } from "../chat/ledger.js";
import { wait } from "../board/outside-publisher.js";
import { newNonce } from "../outbox.js";
import { breakable, element, number } from "../shared/format.js";

const SHOWN = 200; // lines kept in a log
const LENGTH = 300; // characters shown of a line
const LOOK = 250; // ms between looks at the figures
const BURST = ["1", "2", "3", "4", "5"]; // what the neighbour says in one breath
const GAP = 3; // ms between two of them: sooner than a browser asks again

const root = document.querySelector("[data-stage]");
const parts = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
const { technique, room, stage } = root.dataset;
const { Client } = await import(root.dataset.client);
const began = performance.now();
const ledger = new Ledger();
let bytes = 0; // of all texts that came; not client.bytes, into which a browser counts the neighbour's answers

/** The stage's client, which counts whatever comes, new or not. */
class Counted extends Client {
  deliver(message) {
    ledger.arrive(message);
    super.deliver(message);
  }
}

const client = new Counted(technique, room, { stage });
client.reconnects = false; // here it is the reader who opens again
if ("finished" in root.dataset) client.watchdog.silence = SILENCE; // it has a heartbeat, as those before it have none
client.onreadystatechange = () => {
  const state = client.readyState;
  const name = `${STATES[state]} ${state}`;
  parts.state.textContent = name;
  parts.state.dataset.state = STATES[state].toLowerCase();
  parts.open.disabled = state !== CLOSED;
  parts.client.disabled = parts.server.disabled = state !== OPEN;
  log(parts.states, name, STATES[state].toLowerCase());
};
client.onopen = () => notice("");
client.onerror = (error) => notice(error.message);
client.onpublished = (draft) => ledger.accept(draft);
client.onrefused = (draft, refused) => notice(refused.message);
client.ontrace = (direction, text) => {
  if (direction === "down") bytes += new TextEncoder().encode(text).length;
  log(parts.frames, `${direction === "up" ? "↑" : "↓"} ${short(text)}`, direction);
};

parts.open.onclick = () => client.start();
parts.client.onclick = () => client.stop();
parts.server.hidden = !client.requestClose; // only a connection that carries both ways can ask for it
parts.server.onclick = () => client.requestClose();
parts.burst.onclick = burst;
parts.interval.hidden = !client.changeInterval; // only a client that asks has one
parts.interval.onchange = ({ target }) => client.changeInterval(Number(target.value));
parts.form.onsubmit = (event) => {
  event.preventDefault();
  client.outbox.add(gettext("Student"), parts.form.elements.text.value);
};
addEventListener("pagehide", () => client.stop());
addEventListener("pageshow", ({ persisted }) => persisted && client.start());
document.querySelector("nav [aria-current]").scrollIntoView({ block: "nearest", inline: "center" });
setInterval(show, LOOK);
client.start();

/** Let somebody else in the room, on connections of his own, say a few things one right after the other. */
function burst() {
  const neighbour = new Client(technique, room, { stage });
  const says = async (text, place) => {
    await wait(place * GAP);
    const draft = { author: gettext("Neighbour"), text, nonce: newNonce(), sent_at: Date.now() };
    await neighbour.outbox.publish(draft);
    ledger.accept(draft);
  };
  neighbour.reconnects = false;
  neighbour.interval = client.interval; // where there is one
  neighbour.onerror = (error) => notice(error.message);
  neighbour.onclose = () => (parts.burst.disabled = false);
  neighbour.onopen = async () => {
    await Promise.all(BURST.map(says)).catch(neighbour.onerror);
    neighbour.stop();
  };
  parts.burst.disabled = true;
  neighbour.start();
}

function show() {
  const figures = { ...ledger.figures, requests: client.requests, bytes };
  for (const [name, value] of Object.entries(figures)) parts[name].textContent = number(value);
}

function notice(text) {
  parts.notice.textContent = text;
}

function short(text) {
  if (text.length <= LENGTH) return text;
  return `${text.slice(0, LENGTH)}… ${interpolate(gettext("(%s characters)"), [number(text.length)])}`;
}

/** A line with the seconds since the page came, in a log of bounded length. */
function log(list, text, className) {
  const line = element("li", className);
  const time = element("time", "", ((performance.now() - began) / 1_000).toFixed(3));
  const passed = breakable(element("span", ""), text);
  passed.dir = "auto"; // isolated: a text that turns the direction of writing turns nothing beside it
  line.append(time, passed);
  list.append(line);
  while (list.childElementCount > SHOWN) list.firstElementChild.remove();
  const box = list.parentElement;
  box.scrollTop = box.scrollHeight;
}
