/** Seven more connections to one origin: the browser opens six. */
import { element } from "../shared/dom.js";
import { duration, number } from "../shared/format.js";
import { matching } from "./scoring.js";

const STREAMS = 7;
const SOCKETS = 6; // of HTTP/1.1 that a browser opens to one origin
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
  live: sockets,
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

/** For each pane the connections that are open, in the browser's six places, and the clients that wait for one. */
function sockets(run) {
  const figure = element("figure", "sockets");
  figure.append(element("figcaption", "", gettext("The browser's six connections to each origin, and who waits")));
  for (const pane of run.panes) {
    const open = run.board.wireState(pane.name)?.connections ?? 0;
    const waiting = run.methodOf(pane) === "polls" ? 0 : Math.max(0, 1 + pane.streams - open);
    const line = element("div", "sockets-of");
    line.dataset.technique = pane.name;
    const places = element("span", "places");
    for (let place = 0; place < Math.max(SOCKETS, open); place += 1) {
      places.append(element("i", place < open ? "socket open" : "socket"));
      if (place === SOCKETS - 1) places.append(element("i", "limit"));
    }
    for (let each = 0; each < waiting; each += 1) places.append(element("i", "waiting"));
    const sentence = waiting ? gettext("%s open, %s waiting") : gettext("%s open");
    const text = interpolate(sentence, [number(open), number(waiting)]);
    line.append(element("span", "name", pane.title), element("b", "", text), places);
    figure.append(line);
  }
  return figure;
}
