/** A page with panes: one composer for all of them, and what a page that was hidden has missed. */
import { OPEN } from "./client.js";
import { Composer } from "./composer.js";
import { Panel } from "./panel.js";
import { duration } from "./words.js";

const GRACE = 10_000; // ms hidden before a page speaks of it

const panels = await Promise.all([...document.querySelectorAll("[data-client]")].map((root) => Panel.on(root)));
const composer = new Composer(document.querySelector("form.composer"), (name) => publisher(name));
for (const panel of panels) {
  panel.client.onpublished = (draft) => composer.published(panel.title, draft);
  panel.client.onrefused = (draft, refused) => composer.refused(draft, refused);
  panel.client.start();
}

let turn = 0;

/** The pane of this name; without a name the next one that is open, in turn. */
function publisher(name) {
  if (name) return panels.find((panel) => panel.name === name);
  const order = panels.map((_, place) => panels[(turn + place) % panels.length]);
  const chosen = order.find((panel) => panel.client.readyState === OPEN) ?? order[0];
  turn = panels.indexOf(chosen) + 1;
  return chosen;
}

// What the composer said, delivered pane by pane: told once, when it is everywhere.
const arrivals = new Map();
document.addEventListener("delivered", ({ detail: { panel, message, latency } }) => {
  if (!composer.said.has(message.nonce)) return;
  const told = arrivals.get(message.nonce) ?? [];
  arrivals.set(message.nonce, told);
  told.push(`${panel.title} ${duration(latency)}`);
  if (told.length < panels.length) return;
  arrivals.delete(message.nonce);
  composer.said.delete(message.nonce);
  composer.status(interpolate(gettext("Delivered: %s"), [told.join(" · ")]));
});

// A page that was left may be kept alive, and its connections with it: six of them are all there are.
addEventListener("pagehide", () => panels.forEach((panel) => panel.client.end()));
addEventListener("pageshow", ({ persisted }) => persisted && panels.forEach((panel) => panel.client.start()));

document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

let hiddenAt = null;
document.addEventListener("visibilitychange", () => {
  if (document.hidden) hiddenAt = Date.now();
  else if (hiddenAt && Date.now() - hiddenAt > GRACE) {
    const words = gettext("This page was hidden for %s. Browsers slow down the timers of hidden pages, to once a minute in the end: what is asked for by a timer came late.");
    const place = document.querySelector("[data-hidden-notice]");
    place.textContent = interpolate(words, [duration(Date.now() - hiddenAt)]);
    place.hidden = false;
  }
});
