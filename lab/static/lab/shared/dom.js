/** Elements of a page. Text is only set as textContent, so that nothing in a message is ever markup. */
import { CLOSED, OPEN, STATES } from "../states.js";

const BREAKS = /([,;:&?/=]+)/; // a line of a program's text may end after these

/** @template {keyof HTMLElementTagNameMap} Name @param {Name} name @param {string} className */
export function element(name, className, text = "") {
  const created = document.createElement(name);
  created.className = className;
  created.textContent = text;
  return created;
}

/** @param {string} className @param {string} text @param {() => void} onclick */
export function button(className, text, onclick) {
  return Object.assign(element("button", className, text), { type: "button", onclick });
}

/** The elements below a root by their data-part. @param {ParentNode} root @returns {any} */
export function partsOf(root) {
  /** @type {NodeListOf<HTMLElement>} */
  const elements = root.querySelectorAll("[data-part]");
  return Object.fromEntries(Array.from(elements, (each) => [each.dataset.part, each]));
}

/** Set a text only if it changes, because each change costs a layout. @param {Node} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Show a readyState, by its name and number. @param {HTMLElement} pill @param {number} state */
export function showState(pill, state) {
  setText(pill, `${STATES[state]} ${state}`);
  pill.dataset.state = STATES[state].toLowerCase();
}

/** Show what a button does that opens or closes. @param {HTMLButtonElement} toggle @param {number} state */
export function showToggle(toggle, state) {
  setText(toggle, state === OPEN ? gettext("Close") : gettext("Open"));
  toggle.disabled = state !== OPEN && state !== CLOSED;
}

/**
 * Append a program's text so that lines break after punctuation, and inside a word only if it is long.
 * @param {HTMLElement} parent @param {string} text
 */
export function appendBreakable(parent, text) {
  for (const [index, piece] of text.split(BREAKS).entries()) {
    parent.append(piece);
    if (index % 2) parent.append(document.createElement("wbr"));
  }
  return parent;
}

/** Set a sentence, with the text between backticks as code. @param {HTMLElement} parent @param {string} sentence */
export function setSentence(parent, sentence) {
  parent.replaceChildren(...sentence.split("`").map((text, index) => (index % 2 ? element("code", "", text) : text)));
  return parent;
}
