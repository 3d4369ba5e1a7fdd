/** A page with one or more panes: a composer for all of them, and the parts for which the page has a slot. */
import { Board } from "../board/board.js";
import * as controls from "../board/controls.js";
import * as scoreboard from "../board/scoreboard.js";
import { Composer } from "../chat/composer.js";
import * as lanes from "../lanes/lanes.js";
import * as scenes from "../scenes/player.js";
import { duration } from "../shared/format.js";
import * as wall from "../wall/wall.js";

const HIDDEN = 5_000; // ms after which a page says that it was hidden
const PARTS = { lanes, controls, scoreboard, scenes, wall }; // each starts if the page has a [data-slot] of its name

const board = await Board.on(document);
const composer = new Composer(document.querySelector("form.composer"), (text, how) => board.publish(text, how));
board.addEventListener("published", ({ detail: { pane, nonce } }) => composer.published(pane.title, nonce));
board.addEventListener("refused", ({ detail }) => composer.refused(detail));

const deliveries = new Map(); // nonce of a message typed here: the panes that have it, with their latencies
board.addEventListener("delivered", ({ detail: { pane, message, latency } }) => {
  if (!composer.pending.has(message.nonce)) return;
  const panes = deliveries.get(message.nonce) ?? [];
  deliveries.set(message.nonce, panes);
  panes.push(`${pane.title} ${duration(latency)}`);
  if (panes.length < board.panes.size) return;
  deliveries.delete(message.nonce);
  composer.pending.delete(message.nonce);
  composer.showStatus(interpolate(gettext("Delivered: %s"), [panes.join(" · ")]));
});

document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

let hiddenAt = null;
document.addEventListener("visibilitychange", () => {
  if (document.hidden) hiddenAt = Date.now();
  else if (hiddenAt && Date.now() - hiddenAt > HIDDEN) {
    const sentence = gettext("This page was hidden for %s. Browsers slow down the timers of hidden pages, in the end to once a minute: polls were late.");
    const notice = document.querySelector("[data-hidden-notice]");
    notice.textContent = interpolate(sentence, [duration(Date.now() - hiddenAt)]);
    notice.hidden = false;
  }
});

for (const [name, part] of Object.entries(PARTS)) {
  const slot = document.querySelector(`[data-slot=${name}]`);
  if (slot) part.start(board, slot);
}
