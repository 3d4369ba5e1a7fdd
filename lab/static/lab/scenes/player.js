/** The scenes: a menu, a prediction, a run of some seconds, and what was measured in it. */
import { Neighbour } from "../board/outside-publisher.js";
import { Predictions } from "./predictions.js";
import { reveal } from "./results.js";
import { SCENES } from "./index.js";
import { Play } from "./run.js";
import { element, marked, number } from "../shared/format.js";

const LOOK = 200; // ms between steps of the progress

export async function start(board, root) {
  const parts = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
  const player = new Player(board, await Neighbour.of(document, board), parts);
  parts.menu.append(...SCENES.map((scene) => player.item(scene)));
  addEventListener("hashchange", () => player.follow());
  addEventListener("pagehide", () => player.leave());
  document.addEventListener("keydown", ({ key }) => key === "Escape" && player.stop());
  board.addEventListener("escape", () => player.stop()); // pressed in a pane's frame, which tells
  player.follow();
}

class Player {
  scene = null;
  running = null; // an AbortController while a scene runs

  constructor(board, neighbour, parts) {
    Object.assign(this, { board, neighbour, parts });
    this.predictions = new Predictions(parts);
    parts.run.onclick = () => this.run();
    parts.stop.onclick = () => this.stop();
    parts.close.onclick = () => this.close();
  }

  /** A scene is a link: it can be sent to the class. */
  item(scene) {
    const link = element("a", "", scene.title);
    link.href = `#scene=${scene.name}`;
    link.onclick = () => this.open(scene, {});
    return link;
  }

  /** Go where the address says: #scene=NAME, and &seconds=N for another length. */
  follow() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    const scene = SCENES.find(({ name }) => name === wanted.get("scene"));
    if (scene) this.open(scene, { seconds: Number(wanted.get("seconds")) || undefined });
  }

  open(scene, { seconds = scene.seconds }) {
    const { parts } = this;
    this.stop();
    this.scene = { ...scene, seconds: Math.min(Math.max(seconds, 1), 30) };
    for (const link of parts.menu.children) {
      if (link.hash !== `#scene=${scene.name}`) link.removeAttribute("aria-current");
      else {
        link.setAttribute("aria-current", "true");
        link.scrollIntoView({ block: "nearest", inline: "nearest" });
      }
    }
    parts.title.textContent = scene.title;
    parts.explain.textContent = scene.explain(this.board, this.scene.seconds);
    this.predictions.ask(scene, this.board);
    parts.scene.hidden = false;
    parts.reveal.hidden = true;
    parts.run.textContent = gettext("Start");
    parts.status.textContent = "";
    this.show(false);
    parts.title.focus({ preventScroll: true });
  }

  close() {
    this.stop();
    this.parts.scene.hidden = true;
    history.replaceState(null, "", location.pathname);
    this.parts.menu.querySelector("[aria-current]")?.focus();
    for (const link of this.parts.menu.children) link.removeAttribute("aria-current");
  }

  stop() {
    this.running?.abort();
  }

  /** The page is left: the wires must not stay as the scene wanted them. */
  leave() {
    if (this.running) this.play.leave();
    this.stop();
  }

  async run() {
    const { scene, parts } = this;
    if (this.running) return;
    if (!this.board.wire) return this.say(gettext("Scenes need the wires: start the lab by `make demo`."));
    this.running = new AbortController();
    const play = new Play(this.board, this.neighbour, scene, this.running.signal);
    this.play = play;
    parts.reveal.hidden = true;
    this.show(true);
    const clock = setInterval(() => this.tick(play), LOOK);
    try {
      const figures = await play.run();
      reveal(parts.reveal, { scene, play, figures, predictions: this.predictions });
      parts.reveal.hidden = false;
      parts.run.textContent = gettext("Run again");
      this.say(parts.reveal.firstElementChild.textContent);
      parts.reveal.firstElementChild.scrollIntoView({ block: "nearest" });
    } catch (error) {
      // Whatever was under way when it was stopped ends in an error of its own.
      this.say(this.running.signal.aborted ? gettext("Stopped.") : error.message);
    } finally {
      clearInterval(clock);
      await play.restore();
      this.running = null;
      this.show(false);
    }
  }

  tick({ progress, left }) {
    this.parts.progress.value = progress;
    const words = ngettext("%s second left", "%s seconds left", left);
    this.parts.progress.title = left ? interpolate(words, [number(left)]) : "";
  }

  /** While a scene runs the panes are what is looked at: little else is shown. */
  show(running) {
    const { parts } = this;
    const over = !parts.reveal.hidden;
    parts.scene.classList.toggle("running", running);
    parts.scene.classList.toggle("over", over);
    this.predictions.close(running || over);
    parts.run.hidden = running;
    parts.stop.hidden = parts.progress.hidden = !running;
    if (running) {
      parts.progress.value = 0;
      parts.stop.focus({ preventScroll: true });
      this.say(gettext("Running …"));
    } else if (document.activeElement === document.body) parts.run.focus({ preventScroll: true });
  }

  /** What a scene does is said aloud; once the figures stand there, they speak for themselves. */
  say(words) {
    this.parts.status.classList.toggle("hidden", !this.parts.reveal.hidden);
    marked(this.parts.status, words);
  }
}
