/** The page inside a frame of the board: one panel at an origin of its own, and a word with the page around it. */
import { Deputy } from "../board/bridge.js";
import { Panel } from "../chat/panel.js";

const root = document.querySelector("[data-client]");
const board = document.documentElement.dataset.board; // the one origin that is spoken and listened to
const { Client } = await import(root.dataset.client);
const panel = new Panel(root, Client);
const deputy = new Deputy(panel, Client, (kind, fields) => parent.postMessage({ kind, fields }, board));

addEventListener("message", ({ origin, source, data }) => {
  if (origin === board && source === parent) deputy.do(data.what, data.fields);
});
addEventListener("keydown", ({ key }) => key === "Escape" && deputy.tell("escape", {}));
addEventListener("pagehide", () => deputy.end());
addEventListener("pageshow", ({ persisted }) => persisted && deputy.start());
deputy.tell("hello", {}); // the board answers with start, once it counts
