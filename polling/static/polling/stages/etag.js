/** The browser's client of stage 3: it names the tag of the last answer, and a 304 says as much as that answer did. */
import { Client as Base } from "../client.js";

export class Client extends Base {
  tag = null; // stands for all that was in the last answer

  fetch(address, options, fields) {
    if (fields || !this.tag) return super.fetch(address, options, fields);
    this.ontrace("up", `If-None-Match: ${this.tag}`);
    return super.fetch(address, { ...options, headers: { "If-None-Match": this.tag } });
  }

  read(response, text) {
    if (response.status === 304) return { messages: [], last: this.after, more: false };
    this.tag = response.headers.get("ETag") ?? this.tag;
    return super.read(response, text);
  }
}
