/** The faults as buttons, and the server's restart. Whatever is done, the aftermath is shown. */
import { traffic } from "./traffic.js";

const RATE = 3; // messages a second published meanwhile
const BEFORE = 0.5; // seconds of traffic before a fault, so that there is something to lose
const AFTER = 2; // seconds of traffic after it
const LASTING = new Set(["freeze", "refuse", "trickle", "cut_every"]);

export function offer(board, neighbour, aftermath, { faults: form, restart, faulted }) {
  const { of, seconds, every, meanwhile } = form.elements;
  let ending; // the timer that ends the cuts
  form.onsubmit = (event) => event.preventDefault();
  for (const button of form.querySelectorAll("[data-fault]")) {
    const { fault } = button.dataset;
    button.onclick = () => {
      clearTimeout(ending); // another fault takes their place
      if (fault === "none") return attempt(() => board.wire.fault(of.value, { fault }));
      if (form.reportValidity()) cause(button.textContent, LASTING.has(fault), () => put(fault));
    };
  }
  restart.onclick = () => {
    if (seconds.reportValidity()) cause(restart.textContent, true, () => board.wire.restart(seconds.valueAsNumber));
  };
  board.wire.addEventListener("state", ({ detail }) => (restart.disabled = !detail.server.can_restart));

  async function put(fault) {
    if (fault !== "cut_every") {
      const lasting = LASTING.has(fault) ? { seconds: seconds.valueAsNumber } : {};
      return board.wire.fault(of.value, { fault, ...lasting });
    }
    // Its seconds are those between two cuts, so it ends by another word.
    const name = of.value;
    ending = setTimeout(() => board.wire.fault(name, { fault: "none" }), 1_000 * seconds.valueAsNumber);
    await board.wire.fault(name, { fault: "cut" }); // the first of them at once
    return board.wire.fault(name, { fault, seconds: every.valueAsNumber });
  }

  /** Cause a fault while messages are published, and show what came of it. */
  async function cause(title, lasting, act) {
    const { signal } = new AbortController();
    const length = lasting ? seconds.valueAsNumber : 0;
    if (meanwhile.checked) {
      const say = (text) => neighbour.publish(text, signal).catch(({ message }) => (faulted.textContent = message));
      traffic(say, { rate: RATE, seconds: BEFORE + length + AFTER, signal });
      await new Promise((later) => setTimeout(later, 1_000 * BEFORE));
    }
    aftermath.begin(title, length);
    await attempt(act);
  }

  async function attempt(act) {
    try {
      faulted.textContent = "";
      await act();
    } catch ({ message }) {
      faulted.textContent = message;
    }
  }
}
