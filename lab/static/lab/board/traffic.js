/** Messages at a rate: at random instants (a Poisson process), or at regular ones. */
import { wait } from "../shared/wait.js";

// ASCII in every language, so that a character is a byte.
const FILL = "the quick brown fox jumps over the lazy dog ";

/**
 * Call `publish(text)` `rate` times a second for some seconds, or until the signal is aborted; return how often.
 * `size`: characters of each text. `even`: exactly every 1/rate s.
 */
export async function traffic(publish, { rate, seconds, size = 40, even = false, signal }) {
  const started = performance.now();
  let due = even ? 0 : gap(rate);
  let count = 0;
  while (due < seconds && !signal.aborted) {
    await wait(started + 1_000 * due - performance.now(), signal);
    if (signal.aborted) break;
    count += 1;
    publish(numbered(count, size));
    due += even ? 1 / rate : gap(rate);
  }
  await wait(started + 1_000 * seconds - performance.now(), signal); // the rate is per second of the whole time
  return count;
}

/** A text of `size` characters that begins with its number. */
export function numbered(number, size) {
  const head = `${number} · `;
  return (head + FILL.repeat(Math.ceil(size / FILL.length))).slice(0, Math.max(size, head.length)).trim();
}

/** Seconds until the next event of a Poisson process. */
const gap = (rate) => -Math.log(1 - Math.random()) / rate;
