/** What passed on one wire, as strokes between the browser's side and the server's, and as spans at the server. */
const KEPT = 4_000; // strokes
const DROPPED = 500; // at once, when there are more
const ENDS = new Set(["close", "disconnect"]);

export class Track {
  strokes = []; // {id, shape, kind, direction, size, from, to, said, grey}: ms since the epoch, in order of arrival
  spans = []; // {shape: "held" | "open" | "away", from, to}; to is null while it lasts
  marks = []; // {at, text}: faults and changes of the link
  slack = 1_000; // ms: the longest stroke, and more
  since = Infinity; // what passed before that was the page itself
  held = new Map(); // id of a request: its span
  channels = new Map(); // connection: its open span
  connections = new Map(); // connection: when its handshake was over
  byId = new Map();
  carriers = new Map(); // id of a message: the stroke that delivered it

  /** Take in an exchange; `round`: what the handshake of a connection takes on this link, ms. */
  add(exchange, round = 0) {
    if (exchange.at < this.since) return;
    const { kind, direction, connection } = exchange;
    if (kind === "disconnect" && !this.connections.has(connection)) return; // it carried nothing that is drawn
    if (kind === "connect") this.connections.set(connection, exchange.at + round);
    else if (!this.connections.has(connection)) this.connections.set(connection, 0);
    const stroke = { ...exchange, ...this.place(exchange, round), shape: this.shape(exchange), grey: kind === "empty" };
    this.strokes.push(stroke);
    this.byId.set(stroke.id, stroke);
    if (direction === "down" && stroke.shape !== "plain") this.carry(stroke);
    this.slack = Math.max(this.slack, 1_000 + stroke.to - stroke.from);
    if (direction === "up" && (kind === "request" || kind === "handshake")) this.hold(stroke);
    if (stroke.answers !== null) this.answer(stroke);
    if (ENDS.has(kind)) this.end(stroke);
    if (this.strokes.length > KEPT) this.forget();
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

  carry(stroke) {
    for (const id of stroke.messages ?? []) if (!this.carriers.has(id)) this.carriers.set(id, stroke);
  }

  /** The server has a request. */
  hold({ id, to, connection }) {
    const span = { shape: "held", from: to, to: null, connection };
    this.held.set(id, span);
    this.spans.push(span);
  }

  answer({ answers, from, kind, connection }) {
    const request = this.byId.get(answers);
    const span = this.held.get(answers);
    if (span) span.to = Math.max(span.from, from);
    this.held.delete(answers);
    if (kind === "empty" && request) request.grey = true;
    if (kind === "stream" || kind === "handshake") {
      const channel = { shape: "open", from, to: null };
      this.channels.set(connection, channel);
      this.spans.push(channel);
    }
  }

  end({ kind, connection, from }) {
    const channel = this.channels.get(connection);
    if (channel) channel.to = from;
    this.channels.delete(connection);
    if (kind === "close") return;
    this.connections.delete(connection);
    for (const [id, span] of this.held) {
      if (span.connection !== connection) continue;
      span.to = Math.max(span.from, from);
      this.held.delete(id);
    }
  }

  mark(at, text) {
    this.marks.push({ at, text });
    if (this.marks.length > KEPT / 10) this.marks.shift();
  }

  /** A span that is told from outside: the server is away. */
  begin(shape, from) {
    const span = { shape, from, to: null };
    this.spans.push(span);
    return span;
  }

  forget() {
    for (const { id, messages } of this.strokes.splice(0, DROPPED)) {
      this.byId.delete(id);
      for (const message of messages ?? []) this.carriers.delete(message);
    }
    const oldest = this.strokes[0].from;
    this.spans = this.spans.filter(({ to }) => to === null || to > oldest);
    // Browsers keep a handful of connections; more than that are long gone.
    for (const [key] of this.connections) if (this.connections.size > 200) this.connections.delete(key);
  }

  /** The strokes that may be seen between two instants. */
  between(from, to) {
    const first = this.first(from - this.slack);
    let last = first;
    while (last < this.strokes.length && this.strokes[last].at <= to + this.slack) last += 1;
    return this.strokes.slice(first, last);
  }

  first(at) {
    let [low, high] = [0, this.strokes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.strokes[middle].at < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
