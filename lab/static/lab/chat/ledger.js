/** Counts published and delivered messages by their nonces, because the ids of naive stages are not unique. */
export class Ledger {
  published = new Set();
  delivered = new Set();
  repeated = 0; // deliveries of messages that were delivered before

  publish({ nonce }) {
    this.published.add(nonce);
  }

  deliver({ nonce }) {
    this.repeated += this.delivered.has(nonce) ? 1 : 0;
    this.delivered.add(nonce);
  }

  get counts() {
    const delivered = [...this.published].filter((nonce) => this.delivered.has(nonce)).length;
    const published = this.published.size;
    return { published, delivered, missing: published - delivered, repeated: this.repeated };
  }
}
