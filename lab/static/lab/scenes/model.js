/**
 * The model of benchmarks/model/formulas.py for a page: latency in seconds, and requests and bytes per second.
 * The parameters have the same names there; tests/browser/test_modules.py compares the two over a grid.
 */
const SEGMENT = 52; // bytes of IPv4, TCP and its timestamps
const DELAYED_ACK = 0.04; // seconds that an acknowledgement waits for data which it can go with
const TURNAROUND = 0.004; // seconds that a browser takes from a response to its next request

/** A message waits for the next poll, between 0 and a whole period. */
function polls({ delay, interval, rate, headers, message }) {
  const period = Math.max(interval, 2 * delay + TURNAROUND); // the next poll waits for the response to this one
  const bytes = headers / period + rate * (message + 1);
  const ip = bytes + (3 * SEGMENT) / period;
  return { mean: delay + period / 2, slowest: delay + period, requests: 1 / period, bytes, ip };
}

/** A message finds a request waiting, or falls into the gap between a response and the next request. */
function holds({ delay, hold, rate, headers, message }) {
  const gap = 2 * delay + TURNAROUND;
  const quiet = Math.exp(-rate * gap); // the probability that nothing is published in a gap
  const parked = rate ? (quiet * -Math.expm1(-rate * hold)) / rate : hold; // seconds that a request waits
  const direct = rate ? parked / (parked + gap) : 1; // the share of messages that find a request waiting
  const requests = 1 / (gap + parked);
  const bytes = headers * requests + rate * (message + 1);
  const ip = bytes + (2 + quiet * Math.exp(-DELAYED_ACK * rate)) * SEGMENT * requests;
  return { mean: delay + ((1 - direct) * gap) / 2, slowest: delay + (rate ? gap : 0), requests, bytes, ip };
}

/** A message is sent at once. */
function pushes({ delay, rate, message, framing }) {
  const bytes = rate * (message + framing);
  return { mean: delay, slowest: delay, requests: 0, bytes, ip: bytes + 2 * SEGMENT * rate };
}

const MODELS = { polls, holds, pushes };

/**
 * The model's values for a pane: mean and slowest latency in ms; requests, bytes, and bytes with TCP and IP of the
 * whole window. `spread`: seconds by which the link's delay exceeds `delay` at most.
 */
export function expected(measured, method, { delay = 0, spread = 0, interval = 1, hold = 25, rate = 0, seconds }) {
  const { kinds, requests, messages, payloadDown } = measured;
  const parameters = {
    delay,
    interval,
    hold,
    rate,
    // Measured, as the model does not know them: the sizes of headers, of messages, and of their framing.
    headers: requests ? (kinds.headers + kinds.idle + kinds.framing) / requests : 0,
    message: messages ? payloadDown / messages : 0,
    framing: messages ? kinds.framing / messages : 0,
  };
  const model = MODELS[method];
  const perSecond = model(parameters);
  const { slowest } = model({ ...parameters, delay: delay + spread });
  return {
    mean: 1_000 * perSecond.mean,
    slowest: 1_000 * slowest,
    requests: seconds * perSecond.requests,
    bytes: seconds * perSecond.bytes,
    ip: seconds * perSecond.ip,
  };
}
