/** What a page and its neighbour published, and what of it was delivered here: told apart by nonce, for naive stages number as they like. */
export class Ledger {
  published = new Set();
  delivered = new Set();
  repeated = 0; // deliveries of what was here already

  accept({ nonce }) {
    this.published.add(nonce);
  }

  arrive({ nonce }) {
    this.repeated += this.delivered.has(nonce);
    this.delivered.add(nonce);
  }

  get figures() {
    const delivered = [...this.published].filter((nonce) => this.delivered.has(nonce)).length;
    const published = this.published.size;
    return { published, delivered, missing: published - delivered, repeated: this.repeated };
  }
}
