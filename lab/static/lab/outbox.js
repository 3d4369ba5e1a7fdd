/** What was said and is not yet accepted: published one at a time, in order, each once. */
import { LATER, OPEN, Refused, pause } from "./client.js";

const PAUSE = 500; // ms before a message that may come later is tried again

export class Outbox {
  drafts = [];

  constructor(client) {
    this.client = client;
  }

  get length() {
    return this.drafts.length;
  }

  add(author, text, known = nonce()) {
    const draft = { author, text, nonce: known, sent_at: Date.now() };
    this.drafts.push(draft);
    this.flush();
    return draft;
  }

  async flush() {
    if (this.flushing) return;
    this.flushing = true;
    while (this.length && this.client.readyState === OPEN && (await this.settle(this.drafts[0]))) this.drafts.shift();
    this.flushing = false;
  }

  /** Publish a draft; resolve to false where it must be tried again, with the same nonce. */
  async settle(draft) {
    try {
      await this.client.publishInTime(draft);
    } catch (error) {
      const refused = error instanceof Refused;
      if (refused && LATER.includes(error.status)) setTimeout(() => this.flush(), PAUSE + pause(1));
      else if (refused) this.client.onrefused(draft, error);
      return refused && !LATER.includes(error.status);
    }
    this.client.onpublished(draft);
    return true;
  }
}

// Not crypto.randomUUID, which browsers keep from pages on plain HTTP.
export function nonce() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
