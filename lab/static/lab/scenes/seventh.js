/** Seven more connections to one origin: the browser opens six. */
import { duration, number } from "../shared/format.js";
import { matching } from "./scoring.js";

const STREAMS = 7;
const OPENING = 1.5; // seconds for the connections to open

export default {
  name: "seventh",
  title: gettext("The seventh tab"),
  seconds: 6,
  introduction: () => gettext("Seven more clients open on each pane's origin, like seven more tabs. Then each pane publishes a message."),
  question: () => gettext("Who can no longer publish?"),
  options: { none: gettext("none of them") },
  bar: publishedAfter,
  columns: [connections, publishedAfter],
  drain: 0,
  async act(run) {
    for (const pane of run.panes) pane.openStreams(STREAMS);
    await run.wait(OPENING);
    const watching = new AbortController();
    const notes = new Map(); // by nonce
    run.board.addEventListener("published", ({ detail: { nonce } }) => {
      const note = notes.get(nonce);
      if (note) note.after = performance.now() - note.at;
    }, { signal: watching.signal });
    for (const pane of run.panes) {
      const nonce = run.publishThrough(pane, gettext("Can you hear me?"));
      const note = { at: performance.now(), after: null };
      notes.set(nonce, note);
      run.notes.set(pane.name, note);
    }
    await run.wait(run.seconds - OPENING);
    watching.abort();
    for (const pane of run.panes) {
      run.notes.get(pane.name).open = run.board.wireState(pane.name)?.connections;
      pane.openStreams(0);
    }
  },
  winners: (measured, run) => matching(measured, ({ name }) => run.notes.get(name).after === null),
  why: () =>
    gettext("A browser opens six HTTP/1.1 connections to one origin, for all its tabs together. Streams keep theirs, so the seventh waits, and so does a publish. Held requests free theirs with the next message, here that of another pane; in a silent room a publish would wait until one ends, for up to 25 s. WebSockets do not count among the six. Now that the tabs are closed, everything is published: nothing was lost."),
};

function connections({ notes }) {
  return {
    header: gettext("connections open"),
    value: ({ name }) => notes.get(name).open,
    write: (value) => (value === undefined ? "–" : number(value)),
  };
}

function publishedAfter({ notes }) {
  return {
    header: gettext("published after"),
    value: ({ name }) => notes.get(name).after,
    write: (value) => (value === null ? gettext("still waits") : duration(value)),
  };
}
