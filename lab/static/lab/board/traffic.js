/** Messages at a rate: at random instants as people speak (Poisson), or by the clock. */
import { wait } from "./outside-publisher.js";

// ASCII in every language, so that a character is a byte.
const FILL = "the quick brown fox jumps over the lazy dog ";

/**
 * Call `publish(text)` `rate` times a second for so many seconds, or until `signal` says stop; return how often.
 * `size`: characters of a text. `even`: by the clock, every 1/rate s.
 */
export async function traffic(publish, { rate, seconds, size = 40, even = false, signal, begin = 1 }) {
  const started = performance.now();
  let due = even ? 0 : gap(rate);
  let count = 0;
  while (due < seconds && !signal.aborted) {
    await wait(started + 1_000 * due - performance.now(), signal);
    if (signal.aborted) break;
    publish(text(begin + count, size));
    count += 1;
    due += even ? 1 / rate : gap(rate);
  }
  // To the end of the time, so that the rate is what was asked for.
  await wait(started + 1_000 * seconds - performance.now(), signal);
  return count;
}

/** A text of so many characters that begins with its number. */
export function text(number, size) {
  const head = `${number} · `;
  return (head + FILL.repeat(Math.ceil(size / FILL.length))).slice(0, Math.max(size, head.length)).trim();
}

/** Seconds to the next of events that know nothing of each other. */
const gap = (rate) => -Math.log(1 - Math.random()) / rate;
