/** A page with panes: one composer for all of them, and what a page that was hidden has missed. */
import { Board } from "../board/board.js";
import { Composer } from "../chat/composer.js";
import * as controls from "../board/controls.js";
import * as lanes from "../lanes/lanes.js";
import * as scenes from "../scenes/player.js";
import * as scoreboard from "../board/scoreboard.js";
import { duration } from "../shared/format.js";

const GRACE = 5_000; // ms hidden before a page speaks of it
const PARTS = { lanes, controls, scoreboard, scenes }; // each starts where the page has a [data-slot] of its name

const board = await Board.on(document);
const composer = new Composer(document.querySelector("form.composer"), (text, how) => board.publish(text, how));
board.addEventListener("published", ({ detail: { pane, nonce } }) => composer.published(pane.title, nonce));
board.addEventListener("refused", ({ detail }) => composer.refused(detail));

// What the composer said, delivered pane by pane: told once, when it is everywhere.
const arrivals = new Map();
board.addEventListener("delivered", ({ detail: { pane, message, latency } }) => {
  if (!composer.said.has(message.nonce)) return;
  const told = arrivals.get(message.nonce) ?? [];
  arrivals.set(message.nonce, told);
  told.push(`${pane.title} ${duration(latency)}`);
  if (told.length < board.panes.size) return;
  arrivals.delete(message.nonce);
  composer.said.delete(message.nonce);
  composer.status(interpolate(gettext("Delivered: %s"), [told.join(" · ")]));
});

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

for (const [name, part] of Object.entries(PARTS)) {
  const slot = document.querySelector(`[data-slot=${name}]`);
  if (slot) part.start(board, slot);
}
