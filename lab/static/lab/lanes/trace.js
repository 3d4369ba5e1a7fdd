/** What passed on one wire, as strokes between the browser's side and the server's, and as spans at the server. */
import { Record } from "./trace-store.js";

const ENDS = new Set(["close", "disconnect"]);
const CONNECTIONS = 200; // browsers keep a handful; more than that are long gone

export class Track extends Record {
  since = Infinity; // what passed before that was the page itself
  held = new Map(); // id of a request: its span
  channels = new Map(); // connection: its open span
  connections = new Map(); // connection: when its handshake was over

  /** Take in an exchange; `round`: what the handshake of a connection takes on this link, ms. */
  add(exchange, round = 0) {
    if (exchange.at < this.since) return;
    const { kind, direction, connection } = exchange;
    if (kind === "disconnect" && !this.connections.has(connection)) return; // it carried nothing that is drawn
    this.connect(exchange, round);
    const stroke = { ...exchange, ...this.place(exchange, round), shape: this.shape(exchange), grey: kind === "empty" };
    this.keep(stroke);
    if (direction === "down" && stroke.shape !== "plain") this.carry(stroke);
    if (direction === "up" && (kind === "request" || kind === "handshake")) this.hold(stroke);
    if (stroke.answers !== null) this.answer(stroke);
    if (ENDS.has(kind)) this.end(stroke);
  }

  /** Note since when a connection carries; the one that was silent longest goes first. */
  connect({ kind, at, connection }, round) {
    const since = kind === "connect" ? at + round : (this.connections.get(connection) ?? 0);
    this.connections.delete(connection);
    this.connections.set(connection, since);
    if (this.connections.size > CONNECTIONS) this.connections.delete(this.connections.keys().next().value);
  }

  /** When it left one side and reached the other: the wire tells of the browser's side, and how long the link took. */
  place({ kind, direction, connection, at, transit_ms: transit }, round) {
    if (kind === "connect") return { from: at, to: at + round };
    if (kind === "disconnect") return { from: at, to: at };
    if (direction === "down") return { from: at - transit, to: at };
    const from = Math.max(at, this.connections.get(connection)); // nothing leaves before the handshake is over
    return { from, to: from + transit };
  }

  shape({ kind, direction, messages, answers }) {
    const speaks = messages?.length > 0;
    if (direction === "up") return speaks ? "publish" : kind;
    if (!speaks) return kind === "answer" || kind === "frame" ? "plain" : kind;
    if (this.byId.get(answers)?.shape === "publish") return "plain"; // 201: the message that was published
    const isNew = messages.some((id) => !this.carriers.has(id));
    return isNew || kind !== "frame" ? kind : "plain"; // the frame that says `published` names the id too
  }

  /** The server has a request. */
  hold({ id, to, connection }) {
    this.held.set(id, this.begin("held", to, connection));
  }

  answer({ answers, from, kind, connection }) {
    const request = this.byId.get(answers);
    const span = this.held.get(answers);
    if (span) this.finish(span, Math.max(span.from, from));
    this.held.delete(answers);
    if (kind === "empty" && request) {
      request.grey = true;
      this.touch(request.from);
    }
    if (kind === "stream" || kind === "handshake") this.channels.set(connection, this.begin("open", from));
  }

  end({ kind, connection, from }) {
    const channel = this.channels.get(connection);
    if (channel) this.finish(channel, from);
    this.channels.delete(connection);
    if (kind === "close") return;
    this.connections.delete(connection);
    for (const [id, span] of this.held) {
      if (span.connection !== connection) continue;
      this.finish(span, Math.max(span.from, from));
      this.held.delete(id);
    }
  }
}
