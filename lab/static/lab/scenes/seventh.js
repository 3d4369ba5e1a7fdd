/** Seven more connections on one origin: the browser has six. */
import { duration, number } from "../shared/format.js";
import { those } from "./scoring.js";

const STREAMS = 7;
const FILL = 1.5; // seconds for the connections to open

export default {
  name: "seventh",
  title: gettext("The seventh tab"),
  seconds: 6,
  explain: () => gettext("Seven more clients open on each pane's origin, as seven more tabs would. Then each pane publishes a message of its own."),
  question: () => gettext("Who can no longer publish?"),
  options: { none: gettext("none of them") },
  columns: [connections, published],
  drain: 0,
  async run(play) {
    for (const pane of play.panes) pane.openStreams(STREAMS);
    await play.wait(FILL);
    const watch = new AbortController();
    const asked = new Map();
    play.board.addEventListener("published", ({ detail: { nonce } }) => {
      const note = asked.get(nonce);
      if (note) note.after = performance.now() - note.at;
    }, { signal: watch.signal });
    for (const pane of play.panes) {
      const nonce = play.sayBy(pane, gettext("Can you hear me?"));
      const note = { at: performance.now(), after: null };
      asked.set(nonce, note);
      play.notes.set(pane.name, note);
    }
    await play.wait(play.seconds - FILL);
    watch.abort();
    for (const pane of play.panes) {
      play.notes.get(pane.name).open = play.board.wired(pane.name)?.connections;
      pane.openStreams(0);
    }
  },
  right: (figures, play) => those(figures, ({ name }) => play.notes.get(name).after === null),
  why: () =>
    gettext("A browser opens six HTTP/1.1 connections to one origin, for all its tabs together. Streams keep theirs for good, so the seventh waits, and a publish behind it. Held requests give theirs back with the next message, here with another pane's; in a silent room a publish would wait until one ends, after up to 25 s. WebSockets are not counted among the six. It is published now that the tabs are closed: nothing was lost."),
};

function connections(play) {
  return {
    head: gettext("connections open"),
    value: ({ name }) => play.notes.get(name).open,
    write: (value) => (value === undefined ? "–" : number(value)),
  };
}

function published(play) {
  return {
    head: gettext("published after"),
    value: ({ name }) => play.notes.get(name).after,
    write: (value) => (value === null ? gettext("still waits") : duration(value)),
  };
}
