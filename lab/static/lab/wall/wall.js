/** The wall: the board in large letters for a projector, and steered by keys. */
import { partsOf } from "../shared/dom.js";

const TYPING = "input, textarea, select, [contenteditable]";
const PRESSED = "button, a, summary, [data-row] .lane"; // Enter and Space have a meaning of their own there
const MOVED = "[data-row] .lane"; // arrows have a meaning of their own there

export function start(board, root) {
  const { help, address, code, url, loopback } = partsOf(root);
  const part = (name) => document.querySelector(`[data-part=${name}]`);
  const { body } = document;

  /** Turn the wall on or off. @param {boolean} on */
  function show(on) {
    body.classList.toggle("wall", on);
    part("wall").setAttribute("aria-pressed", String(on));
    const here = new URL(location.href);
    if (on) here.searchParams.set("wall", "1");
    else here.searchParams.delete("wall");
    history.replaceState(null, "", here);
    document.querySelector(".board").scrollIntoView({ block: "nearest" });
  }

  /** Turn it on or off, with the whole screen if the browser grants it. */
  async function toggle() {
    const on = !body.classList.contains("wall");
    show(on);
    if (on) await document.documentElement.requestFullscreen?.().catch(() => {});
    else if (document.fullscreenElement) await document.exitFullscreen();
  }

  function showAddress() {
    const { origin, host, pathname, hostname } = location;
    code.src = code.dataset.src;
    url.textContent = decodeURI(origin.startsWith("https") ? origin + pathname : host + pathname);
    loopback.hidden = !/^(localhost|127\.|\[::1\])/.test(hostname);
    address.showModal();
  }

  function goOn() {
    const shown = ["step", "next", "run"].map(part).find(isVisible);
    if (shown) shown.click();
    else if (part("scene").hidden) part("menu").firstElementChild.click();
  }

  const KEYS = {
    w: toggle,
    q: showAddress,
    "?": () => help.showModal(),
    f: () => part("follow").click(),
    " ": () => (isVisible(part("play")) ? part("play").click() : board.pause(!board.paused)),
    Enter: () => isVisible(part("run")) && part("run").click(),
    ArrowRight: goOn,
  };

  document.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey } = event;
    const target = /** @type {Element} */ (event.target);
    if (ctrlKey || metaKey || altKey || target.closest(TYPING) || document.querySelector("dialog[open]")) return;
    if (["Enter", " "].includes(key) && target.closest(PRESSED)) return;
    if (key === "ArrowRight" && target.closest(MOVED)) return;
    const scene = /^[1-9]$/.test(key) ? part("menu").children[Number(key) - 1] : null;
    const action = scene ? () => scene.click() : KEYS[key.length === 1 ? key.toLowerCase() : key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  // The browser itself ends the whole screen when Escape is pressed.
  document.addEventListener("fullscreenchange", () => !document.fullscreenElement && show(false));
  part("wall").onclick = toggle;
  part("keys").onclick = () => help.showModal();
  for (const dialog of [help, address]) {
    dialog.querySelector("[data-part=close]").onclick = () => dialog.close();
    dialog.onclick = ({ target }) => target === dialog && dialog.close(); // beside the card
  }
  if (new URLSearchParams(location.search).get("wall") === "1") show(true);
}

/** @param {Element} element */
function isVisible(element) {
  return element.getClientRects().length > 0;
}
