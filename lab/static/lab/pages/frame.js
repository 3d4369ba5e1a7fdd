/** The page inside a frame of the board: one panel at its own origin, and its bridge to the board. */
import { Bridge } from "../board/bridge.js";
import { Panel } from "../chat/panel.js";

const root = document.querySelector("[data-client]");
const { board } = document.documentElement.dataset; // the board's origin, the only one for messages
const { Client } = await import(root.dataset.client);
const panel = new Panel(root, Client);
const bridge = new Bridge(panel, Client, (kind, fields) => parent.postMessage({ kind, fields }, board));

addEventListener("message", ({ origin, source, data: { command, fields } }) => {
  if (origin === board && source === parent) bridge.run(command, fields);
});
addEventListener("keydown", ({ key }) => key === "Escape" && bridge.report("escape", {}));
addEventListener("pagehide", () => bridge.stop());
addEventListener("pageshow", ({ persisted }) => persisted && bridge.start());
bridge.report("hello", {}); // the board responds with "start"
