/** The browser's client of stage 3: it sends the tag of the last response, and gets 304 if nothing has changed. */
import { Client as Base } from "../client.js";

export class Client extends Base {
  /** @type {string | null} */
  tag = null; // stands for the whole last response

  /** @param {string} url @param {RequestInit} options @param {object} [fields] */
  request(url, options, fields) {
    if (fields || !this.tag) return super.request(url, options, fields);
    this.ontrace("up", `If-None-Match: ${this.tag}`);
    return super.request(url, { ...options, headers: { "If-None-Match": this.tag } });
  }

  /** @param {Response} response @param {string} text */
  parse(response, text) {
    if (response.status === 304) return { messages: [], last: this.after, more: false };
    this.tag = response.headers.get("ETag") ?? this.tag;
    return super.parse(response, text);
  }
}
