/** Random choices that a seed determines, so that everybody with the same seed gets the same. */

/** FNV-1a, 32 bits. @param {string} text */
export function hash(text) {
  let value = 0x811c9dc5;
  for (let place = 0; place < text.length; place += 1) {
    value = Math.imul(value ^ text.charCodeAt(place), 0x01000193) >>> 0;
  }
  return value;
}

/** Mulberry32, by Tommy Ettinger: good enough to choose questions. */
export class Random {
  /** @param {string} seed */
  constructor(seed) {
    this.state = hash(seed);
  }

  /** A number from 0 to 1. */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let value = this.state;
    value = Math.imul(value ^ (value >>> 15), value | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  }

  /** One of a list. @template T @param {T[]} list */
  pick(list) {
    return list[Math.floor(this.next() * list.length)];
  }

  /** The list in another order (Fisher and Yates). @template T @param {T[]} list */
  shuffled(list) {
    const mixed = [...list];
    for (let last = mixed.length - 1; last > 0; last -= 1) {
      const place = Math.floor(this.next() * (last + 1));
      [mixed[last], mixed[place]] = [mixed[place], mixed[last]];
    }
    return mixed;
  }
}
