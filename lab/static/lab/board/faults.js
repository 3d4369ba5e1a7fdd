/** The buttons that cause faults, and restart the server; each is followed by a table of its outcome. */
import { wait } from "../shared/wait.js";
import { traffic } from "./traffic.js";

const RATE = 3; // messages a second published meanwhile
const BEFORE = 0.5; // seconds of traffic before a fault, so that there is something to lose
const AFTER = 2; // seconds of traffic after it
const LASTING = new Set(["freeze", "refuse", "trickle", "cut_every"]);

export function start(board, publisher, outcome, { faults: form, restart, faulted }) {
  const { of, seconds, every, meanwhile } = form.elements;
  let endOfCuts; // a timer
  form.onsubmit = (event) => event.preventDefault();
  for (const button of form.querySelectorAll("[data-fault]")) {
    const { fault } = button.dataset;
    button.onclick = () => {
      clearTimeout(endOfCuts);
      if (fault === "none") return attempt(() => board.control.setFault(of.value, { fault }));
      if (form.reportValidity()) cause(button.textContent, LASTING.has(fault), () => put(fault));
    };
  }
  restart.onclick = () => {
    if (!seconds.reportValidity()) return;
    cause(restart.textContent, true, () => board.control.restartServer(seconds.valueAsNumber));
  };
  board.control.addEventListener("state", ({ detail }) => (restart.disabled = !detail.server.can_restart));

  async function put(fault) {
    const wire = of.value;
    if (fault !== "cut_every") {
      const duration = LASTING.has(fault) ? { seconds: seconds.valueAsNumber } : {};
      return board.control.setFault(wire, { fault, ...duration });
    }
    // Its seconds are those between two cuts, so this page must end it.
    endOfCuts = setTimeout(() => board.control.setFault(wire, { fault: "none" }), 1_000 * seconds.valueAsNumber);
    await board.control.setFault(wire, { fault: "cut" }); // the first of them at once
    return board.control.setFault(wire, { fault, seconds: every.valueAsNumber });
  }

  /** Cause a fault while messages are published, and show its outcome. */
  async function cause(title, lasting, action) {
    const { signal } = new AbortController();
    const duration = lasting ? seconds.valueAsNumber : 0;
    if (meanwhile.checked) {
      const publish = (text) => publisher.publish(text, signal).catch(({ message }) => (faulted.textContent = message));
      traffic(publish, { rate: RATE, seconds: BEFORE + duration + AFTER, signal });
      await wait(1_000 * BEFORE);
    }
    outcome.begin(title, duration);
    await attempt(action);
  }

  async function attempt(action) {
    try {
      faulted.textContent = "";
      await action();
    } catch ({ message }) {
      faulted.textContent = message;
    }
  }
}
