/** How each thing that passes is drawn: its kind by its shape, its size by its thickness. */
const HEAD = 6; // px of an arrowhead and of other ends
const DOTTED = new Set(["ping", "pong", "comment", "heartbeat", "close", "connect", "disconnect"]);
const FILLED = new Set(["answer", "event", "frame", "publish"]);

/** Of every shape the outline of its end, at (x, y), pointing down for `sign` 1 and up for -1. */
const ENDS = {
  request: (path, x, y, sign) => arrow(path, x, y, sign, false),
  handshake: (path, x, y, sign) => arrow(path, x, y, sign, false),
  plain: (path, x, y, sign) => arrow(path, x, y, sign, false),
  stream: (path, x, y, sign) => arrow(path, x, y, sign, false),
  answer: (path, x, y, sign) => arrow(path, x, y, sign, true),
  empty: (path, x, y, sign) => circle(path, x, y - sign * HEAD * 0.6),
  event: (path, x, y, sign) => circle(path, x, y - sign * HEAD * 0.8, 1.3),
  frame: (path, x, y, sign) => square(path, x, y - sign * HEAD * 0.8),
  ping: () => {},
  heartbeat: () => {},
};

/** Gathers the strokes of one drawing by their pens, so that each pen is drawn with once. */
export class Ink {
  pens = new Map();

  constructor(context, { ink, grey, wrong, paper }) {
    Object.assign(this, { context, colours: { ink, grey, wrong }, paper });
  }

  stroke({ shape, direction, size, grey, reset }, x0, y0, x1, y1) {
    const colour = reset ? "wrong" : grey ? "grey" : "ink";
    const line = this.pen(DOTTED.has(shape) ? "dotted" : "line", colour, grey ? 1 : thickness(size));
    const sign = direction === "down" ? 1 : -1;
    if (shape === "connect") return connect(line, x0, y0, x1, y1);
    if (shape === "disconnect") return cross(this.pen("line", colour, reset ? 3 : 2), x0, y0 - HEAD);
    line.moveTo(x0, y0);
    line.lineTo(x1, y1);
    if (shape === "publish") {
      diamond(this.pen("filled", colour), x0, y0 - HEAD);
      arrow(this.pen("hollow", colour), x1, y1, sign, false);
    } else {
      const end = ENDS[shape] ?? ENDS.plain;
      end(this.pen(FILLED.has(shape) ? "filled" : "hollow", colour), x1, y1, sign);
    }
  }

  pen(way, colour, width = 1.5) {
    const key = `${way} ${colour} ${width}`;
    if (!this.pens.has(key)) this.pens.set(key, { way, colour, width, path: new Path2D() });
    return this.pens.get(key).path;
  }

  flush() {
    const { context } = this;
    for (const { way, colour, width, path } of this.pens.values()) {
      context.strokeStyle = context.fillStyle = this.colours[colour];
      context.lineWidth = width;
      context.setLineDash(way === "dotted" ? [2, 3] : []);
      if (way === "hollow") context.fillStyle = this.paper;
      if (way === "filled" || way === "hollow") context.fill(path);
      context.stroke(path);
    }
    context.setLineDash([]);
    this.pens.clear();
  }
}

/** 1 px for ten bytes, one more for each tenfold. */
export function thickness(size) {
  return Math.round(2 * Math.max(1, Math.min(5, Math.log10(Math.max(size, 1))))) / 2;
}

function arrow(path, x, y, sign, closed) {
  path.moveTo(x - HEAD * 0.7, y - sign * HEAD);
  path.lineTo(x, y);
  path.lineTo(x + HEAD * 0.7, y - sign * HEAD);
  if (closed) path.closePath();
  else path.moveTo(x, y);
}

function circle(path, x, y, size = 1) {
  path.moveTo(x + HEAD * 0.55 * size, y);
  path.arc(x, y, HEAD * 0.55 * size, 0, 7);
}

function square(path, x, y) {
  path.rect(x - HEAD * 0.65, y - HEAD * 0.65, HEAD * 1.3, HEAD * 1.3);
}

function diamond(path, x, y) {
  path.moveTo(x, y - HEAD);
  path.lineTo(x + HEAD * 0.8, y);
  path.lineTo(x, y + HEAD);
  path.lineTo(x - HEAD * 0.8, y);
  path.closePath();
}

function cross(path, x, y) {
  for (const sign of [1, -1]) {
    path.moveTo(x - HEAD * 0.6, y - sign * HEAD * 0.6);
    path.lineTo(x + HEAD * 0.6, y + sign * HEAD * 0.6);
  }
}

/** SYN up, SYN-ACK down. */
function connect(path, x0, y0, x1, y1) {
  path.moveTo(x0, y0);
  path.lineTo((x0 + x1) / 2, y1);
  path.lineTo(x1, y0);
}
