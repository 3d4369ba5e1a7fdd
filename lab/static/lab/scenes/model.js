/** The model: what latency, requests and bytes should be. Seconds, bytes, and rates per second. */
const SEGMENT = 52; // bytes of IPv4, TCP and its timestamps
const DELAYED_ACK = 0.04; // seconds that an acknowledgement waits for data to ride on
const TURN = 0.004; // seconds that a browser takes from an answer to its next request

/** Asks every `interval`: a message waits for the next poll. */
function asks({ delay, interval, rate, heads = 0, message = 0 }) {
  const period = Math.max(interval, 2 * delay + TURN); // the next poll waits for the answer to this one
  const bytes = heads / period + rate * (message + 1);
  const ip = bytes + (3 * SEGMENT) / period;
  return { mean: delay + period / 2, most: delay + period, requests: 1 / period, bytes, ip };
}

/** Holds a request: a message finds it waiting, or falls into the gap between an answer and the next request. */
function holds({ delay, hold, rate, heads = 0, message = 0 }) {
  const gap = 2 * delay + TURN;
  const quiet = Math.exp(-rate * gap); // the chance that nothing comes in a gap
  const parked = rate ? (quiet * -Math.expm1(-rate * hold)) / rate : hold; // seconds that a request waits
  const direct = rate ? parked / (parked + gap) : 1; // the share of messages that find a request waiting
  const requests = 1 / (gap + parked);
  const bytes = heads * requests + rate * (message + 1);
  const ip = bytes + (2 + quiet * Math.exp(-DELAYED_ACK * rate)) * SEGMENT * requests;
  return { mean: delay + ((1 - direct) * gap) / 2, most: delay + (rate ? gap : 0), requests, bytes, ip };
}

/** Pushes: a message is written as it comes. */
function pushes({ delay, rate, message = 0, framing = 0 }) {
  const bytes = rate * (message + framing);
  return { mean: delay, most: delay, requests: 0, bytes, ip: bytes + 2 * SEGMENT * rate };
}

const MODELS = { asks, holds, pushes };

/** What the model expects of a pane: mean and most in ms, requests, bytes and ip of the whole window.
 *  `spread`: by how many seconds the link's delay lies over `delay` at most. */
export function expected(figures, manner, { delay = 0, spread = 0, interval = 1, hold = 25, rate = 0, seconds }) {
  const { kinds, requests, messages, payloadDown } = figures;
  const known = {
    delay,
    interval,
    hold,
    rate,
    // What the model does not know is taken from the wire: the size of heads, of a message and of its framing.
    heads: requests ? (kinds.headers + kinds.idle + kinds.framing) / requests : 0,
    message: messages ? payloadDown / messages : 0,
    framing: messages && kinds ? kinds.framing / messages : 0,
  };
  const perSecond = MODELS[manner](known);
  const { mean } = perSecond;
  const { most } = MODELS[manner]({ ...known, delay: delay + spread });
  const whole = Object.fromEntries(["requests", "bytes", "ip"].map((name) => [name, perSecond[name] * seconds]));
  return { mean: 1_000 * mean, most: 1_000 * most, ...whole };
}
