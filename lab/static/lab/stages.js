/** One stage tried by hand: who closes, how readyState changes, what passes. */
import { CLOSED, OPEN, STATES } from "./client.js";
import { element } from "./words.js";

const SHOWN = 200; // lines kept in a log

const root = document.querySelector("[data-stage]");
const parts = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
const { Client } = await import(root.dataset.client);
const client = new Client(root.dataset.technique, root.dataset.room, { stage: root.dataset.stage });
const began = performance.now();

client.returns = false; // here it is the reader who opens again
client.onreadystatechange = () => {
  const state = client.readyState;
  const name = `${STATES[state]} ${state}`;
  parts.state.textContent = name;
  parts.state.dataset.state = STATES[state].toLowerCase();
  parts.open.disabled = state !== CLOSED;
  parts.client.disabled = parts.server.disabled = state !== OPEN;
  log(parts.states, name, STATES[state].toLowerCase());
};
client.onopen = () => (parts.notice.textContent = "");
client.onerror = (error) => (parts.notice.textContent = error.message);
client.onrefused = (draft, refused) => (parts.notice.textContent = refused.message);
client.ontrace = (direction, text) => log(parts.frames, `${direction === "up" ? "↑" : "↓"} ${text}`, direction);

parts.open.onclick = () => client.start();
addEventListener("pagehide", () => client.end());
document.querySelector("nav [aria-current]").scrollIntoView({ block: "nearest", inline: "center" });
parts.client.onclick = () => client.end();
parts.server.hidden = !client.requestClose; // only a connection that carries both ways can ask for it
parts.server.onclick = () => client.requestClose();
parts.form.onsubmit = (event) => {
  event.preventDefault();
  client.say(gettext("Student"), parts.form.elements.text.value);
};
client.start();
addEventListener("pagehide", () => client.end());
document.querySelector("nav [aria-current]").scrollIntoView({ block: "nearest", inline: "center" });

/** A line with the seconds since the page came, in a log of bounded length. */
function log(list, text, className) {
  const line = element("li", className);
  const time = element("time", "", ((performance.now() - began) / 1_000).toFixed(3));
  line.append(time, element("span", "", text));
  list.append(line);
  while (list.childElementCount > SHOWN) list.firstElementChild.remove();
  list.scrollTop = list.scrollHeight;
}
