/** How traffic is drawn: the shape of a stroke shows its kind, the thickness its size. */
const END = 6; // px of an arrowhead or another end
const DOTTED = new Set(["ping", "pong", "comment", "heartbeat", "close", "connect", "disconnect"]);
const FILLED = new Set(["answer", "event", "frame", "publish"]);

/** The end of each shape, at (x, y), pointing down for `sign` 1 and up for -1; others end in an open arrow. */
const ENDS = {
  answer: (path, x, y, sign) => arrow(path, x, y, sign, true),
  empty: (path, x, y, sign) => circle(path, x, y - sign * END * 0.6),
  event: (path, x, y, sign) => circle(path, x, y - sign * END * 0.8, 1.3),
  frame: (path, x, y, sign) => square(path, x, y - sign * END * 0.8),
  ping: () => {},
  heartbeat: () => {},
};

/** Collects the strokes of a drawing by their style, so that each style costs one operation. */
export class Strokes {
  paths = new Map(); // "style colour width": {style, colour, width, path}

  constructor(context, colours) {
    this.context = context;
    this.colours = colours;
  }

  add({ shape, direction, size, grey, reset }, x0, y0, x1, y1) {
    const colour = reset ? "wrong" : grey ? "grey" : "dark";
    const line = this.path(DOTTED.has(shape) ? "dotted" : "line", colour, grey ? 1 : thickness(size));
    const sign = direction === "down" ? 1 : -1;
    if (shape === "connect") return connect(line, x0, y0, x1, y1);
    if (shape === "disconnect") return cross(this.path("line", colour, reset ? 3 : 2), x0, y0 - END);
    line.moveTo(x0, y0);
    line.lineTo(x1, y1);
    if (shape === "publish") {
      diamond(this.path("filled", colour), x0, y0 - END);
      arrow(this.path("hollow", colour), x1, y1, sign);
    } else {
      const end = ENDS[shape] ?? arrow;
      end(this.path(FILLED.has(shape) ? "filled" : "hollow", colour), x1, y1, sign);
    }
  }

  /** The path of one style: "line", "dotted", "filled" or "hollow". */
  path(style, colour, width = 1.5) {
    const key = `${style} ${colour} ${width}`;
    if (!this.paths.has(key)) this.paths.set(key, { style, colour, width, path: new Path2D() });
    return this.paths.get(key).path;
  }

  draw() {
    const { context, colours } = this;
    for (const { style, colour, width, path } of this.paths.values()) {
      context.strokeStyle = colours[colour];
      context.fillStyle = style === "hollow" ? colours.background : colours[colour];
      context.lineWidth = width;
      context.setLineDash(style === "dotted" ? [2, 3] : []);
      if (style === "filled" || style === "hollow") context.fill(path);
      context.stroke(path);
    }
    context.setLineDash([]);
    this.paths.clear();
  }
}

/** Return px: 1 for ten bytes, one more for each factor of ten. */
function thickness(size) {
  return Math.round(2 * Math.max(1, Math.min(5, Math.log10(Math.max(size, 1))))) / 2;
}

function arrow(path, x, y, sign, closed = false) {
  path.moveTo(x - END * 0.7, y - sign * END);
  path.lineTo(x, y);
  path.lineTo(x + END * 0.7, y - sign * END);
  if (closed) path.closePath();
  else path.moveTo(x, y);
}

function circle(path, x, y, size = 1) {
  path.moveTo(x + END * 0.55 * size, y);
  path.arc(x, y, END * 0.55 * size, 0, 7);
}

function square(path, x, y) {
  path.rect(x - END * 0.65, y - END * 0.65, END * 1.3, END * 1.3);
}

function diamond(path, x, y) {
  path.moveTo(x, y - END);
  path.lineTo(x + END * 0.8, y);
  path.lineTo(x, y + END);
  path.lineTo(x - END * 0.8, y);
  path.closePath();
}

function cross(path, x, y) {
  for (const sign of [1, -1]) {
    path.moveTo(x - END * 0.6, y - sign * END * 0.6);
    path.lineTo(x + END * 0.6, y + sign * END * 0.6);
  }
}

/** SYN up, SYN-ACK down. */
function connect(path, x0, y0, x1, y1) {
  path.moveTo(x0, y0);
  path.lineTo((x0 + x1) / 2, y1);
  path.lineTo(x1, y0);
}
