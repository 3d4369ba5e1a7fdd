/** The menu of scenes, and the scene that is open: a prediction, a run of some seconds, and its results. */
import { OutsidePublisher } from "../board/outside-publisher.js";
import { element, partsOf, setSentence } from "../shared/dom.js";
import { number } from "../shared/format.js";
import { SCENES } from "./index.js";
import { Predictions } from "./predictions.js";
import { showResults } from "./results.js";
import { Run } from "./run.js";

const UPDATE = 200; // ms between updates of the progress
const SECONDS_MAX = 30; // of a run

export async function start(board, root) {
  const results = document.querySelector("[data-part=results]"); // beside the lanes
  const player = new Player(board, await OutsidePublisher.of(document, board), { ...partsOf(root), results });
  addEventListener("hashchange", () => player.openAddress());
  addEventListener("pagehide", () => player.leave());
  document.addEventListener("keydown", ({ key }) => key === "Escape" && player.stop());
  board.addEventListener("escape", () => player.stop()); // pressed in the frame of a pane
  player.openAddress();
}

class Player {
  scene = null;
  running = null; // an AbortController while a scene runs
  over = false; // whether the results are shown

  constructor(board, publisher, parts) {
    this.board = board;
    this.publisher = publisher;
    this.parts = parts;
    this.room = document.querySelector("[data-part=controls]").dataset.room;
    this.predictions = new Predictions(parts);
    parts.menu.append(...SCENES.map((scene) => this.menuItem(scene)));
    parts.run.onclick = () => this.start();
    parts.stop.onclick = () => this.stop();
    parts.close.onclick = () => this.close();
    parts.next.onclick = () => this.openNext();
  }

  /** A scene is a link, so that it can be sent to the class. */
  menuItem(scene) {
    const link = element("a", "", scene.title);
    link.href = `#scene=${scene.name}`;
    link.onclick = () => {
      if (location.hash === link.hash) this.open(scene, scene.seconds); // else the address changes
    };
    return link;
  }

  /** Open the scene in the page's address: #scene=NAME, and &seconds=N for another length. */
  openAddress() {
    const fields = new URLSearchParams(location.hash.slice(1));
    const scene = SCENES.find(({ name }) => name === fields.get("scene"));
    if (scene) this.open(scene, Number(fields.get("seconds")) || scene.seconds);
  }

  open(scene, seconds) {
    const { parts } = this;
    this.stop();
    this.scene = { ...scene, seconds: Math.min(Math.max(seconds, 1), SECONDS_MAX) };
    for (const link of parts.menu.children) {
      if (link.hash !== `#scene=${scene.name}`) link.removeAttribute("aria-current");
      else {
        link.setAttribute("aria-current", "true");
        link.scrollIntoView({ block: "nearest", inline: "nearest" });
      }
    }
    parts.title.textContent = scene.title;
    parts.explain.textContent = scene.introduction(this.board, this.scene.seconds);
    this.predictions.ask(scene, this.board);
    parts.scene.hidden = false;
    this.hideResults();
    parts.run.textContent = gettext("Start");
    parts.status.textContent = "";
    this.show(false);
    parts.title.focus({ preventScroll: true });
  }

  /** Open the scene after this one; after the last one, the first. */
  openNext() {
    const next = SCENES[(SCENES.findIndex(({ name }) => name === this.scene.name) + 1) % SCENES.length];
    location.hash = `scene=${next.name}`;
  }

  /** Let the lanes move again. */
  hideResults() {
    this.parts.results.hidden = true;
    if (this.over) this.board.dispatch("window", null);
    this.over = false;
  }

  close() {
    this.stop();
    this.hideResults();
    this.board.enter(this.room);
    this.parts.scene.hidden = true;
    history.replaceState(null, "", location.pathname);
    this.parts.menu.querySelector("[aria-current]")?.focus();
    for (const link of this.parts.menu.children) link.removeAttribute("aria-current");
  }

  stop() {
    this.running?.abort();
  }

  /** The page is left: the wires must not keep the scene's links and faults. */
  leave() {
    if (this.running) this.run.restoreOnLeave();
    this.stop();
  }

  async start() {
    const { scene, parts } = this;
    if (this.running) return;
    if (!this.board.control) return this.showStatus(gettext("Scenes need the wires: start the lab with `make demo`."));
    this.running = new AbortController();
    const run = new Run(this.board, this.publisher, scene, this.running.signal);
    this.run = run;
    this.hideResults();
    this.show(true);
    const timer = setInterval(() => this.showProgress(run), UPDATE);
    try {
      const measured = await run.start();
      showResults(parts.results, { scene, run, measured, predictions: this.predictions });
      parts.results.hidden = false;
      this.over = true;
      parts.run.textContent = gettext("Run again");
      this.showStatus(parts.results.firstElementChild.textContent);
      this.board.dispatch("window", { from: measured.from, to: measured.from + 1_000 * measured.seconds });
    } catch (error) {
      // What was going on when the scene was stopped may end with any error.
      this.hideResults();
      this.showStatus(this.running.signal.aborted ? gettext("Stopped.") : error.message);
    } finally {
      clearInterval(timer);
      await run.restore();
      this.running = null;
      this.show(false);
    }
  }

  showProgress(run) {
    const { progress, left } = run;
    const { results } = this.parts;
    this.parts.progress.value = progress;
    if (this.scene.live && run.startedAt) {
      results.hidden = false;
      results.replaceChildren(this.scene.live(run));
    }
    const text = ngettext("%s second left", "%s seconds left", left);
    this.parts.progress.title = left ? interpolate(text, [number(left)]) : "";
  }

  /** Show little else than the panes while a scene runs. */
  show(running) {
    const { parts } = this;
    const { over } = this;
    parts.scene.classList.toggle("running", running);
    parts.scene.classList.toggle("over", over);
    this.predictions.close(running || over);
    parts.run.hidden = running;
    parts.next.hidden = running || !over;
    parts.stop.hidden = parts.progress.hidden = !running;
    if (running) {
      parts.progress.value = 0;
      parts.stop.focus({ preventScroll: true });
      this.showStatus(gettext("Running …"));
    } else if (document.activeElement === document.body) parts.run.focus({ preventScroll: true });
  }

  /** Tell screen readers what happens; it is hidden once the results are visible. */
  showStatus(text) {
    this.parts.status.classList.toggle("hidden", this.over);
    setSentence(this.parts.status, text);
  }
}
