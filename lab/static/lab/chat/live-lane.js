/** A small lane below a chat: the requests and messages that the page itself sees, as it has no wire. */
import { clock } from "../clock.js";
import { Lane } from "../lanes/lane.js";
import { Timeline } from "../lanes/timeline.js";
import { Trace } from "../lanes/trace.js";
import { CLOSED, CONNECTING, OPEN } from "../states.js";

const METHOD = /^\w+ \S+ /; // the beginning of a request, before its body

export class LiveLane {
  trace = new Trace();
  strokes = 0;
  connection = 0; // number of the attempt to connect
  requests = new Map(); // number of a request: its stroke

  /** The root reports messages by "delivered" events. */
  constructor(canvas, { client, root }) {
    this.client = client;
    this.trace.since = 0;
    const lane = new Lane(canvas, this.trace);
    const timeline = new Timeline((view) => lane.draw(view));
    lane.onresize = () => (timeline.dirty = true);
    const { onreadystatechange } = client;
    client.onreadystatechange = () => {
      onreadystatechange();
      this.showState();
    };
    const { ontrace } = client;
    client.ontrace = (direction, text, request) => {
      ontrace(direction, text, request);
      if (request === undefined) this.addPushed(direction, text);
      else if (direction === "up") this.addRequest(text, request);
      else this.addResponse(text, request);
    };
    root.addEventListener("delivered", ({ detail: { message, latency } }) => {
      if (latency === null) return;
      const at = Date.now();
      const published = message.published_at - clock.offset;
      this.trace.deliver(message.id, { sent: at - latency, published, at, ms: latency });
    });
  }

  /** A stream or a socket is open while the client is; requests each have their own strokes. */
  showState() {
    const { readyState } = this.client;
    const pushes = !("interval" in this.client || "hold" in this.client);
    if (readyState === CONNECTING) {
      this.connection += 1;
      this.add("connect", "up", "");
      if (pushes) this.opening = this.add("handshake", "up", this.client.messagesUrl);
    } else if (readyState === OPEN && pushes) this.add("stream", "down", "", { answers: this.opening });
    else if (readyState === CLOSED) this.add("disconnect", "up", "", { reset: false });
  }

  addRequest(text, request) {
    const { nonce } = parsed(text.replace(METHOD, ""));
    this.requests.set(request, this.add("request", "up", text, { messages: nonce ? [nonce] : [] }));
  }

  addResponse(text, request) {
    const { messages = [], id } = parsed(text.slice(text.indexOf(" ")));
    const ids = id === undefined ? messages.map((message) => message.id) : [id];
    this.add(ids.length ? "answer" : "empty", "down", text, { messages: ids, answers: this.requests.get(request) });
    this.requests.delete(request);
  }

  /** An event of a stream, or a frame; a frame has a type. */
  addPushed(direction, text) {
    const { type, id, nonce } = parsed(text);
    const named = direction === "up" ? nonce : type === "published" ? undefined : id;
    const kind = type === "heartbeat" || (!type && id === undefined) ? "heartbeat" : type ? "frame" : "event";
    this.add(kind, direction, text, { messages: named === undefined ? [] : [named] });
  }

  /** Add a stroke now; return its id. */
  add(kind, direction, text, more = {}) {
    this.strokes += 1;
    const [id, at, size] = [this.strokes, Date.now(), new TextEncoder().encode(text).length];
    const { connection } = this;
    this.trace.add({ id, at, kind, direction, size, transit_ms: 0, connection, messages: [], answers: null, ...more });
    return id;
  }
}

/** The object in a JSON text; {} for another text. */
function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
