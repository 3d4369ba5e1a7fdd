/** A capture: the exchanges on the wires that can be asked about, in the form of the control's capture.json. */
import { hash } from "./random.js";

const LONGEST = 1_500; // bytes of an exchange that can be shown whole
const MOST = 400; // exchanges
const FIELDS = {
  id: "number", wire: "string", kind: "string", direction: "string", size: "number", at: "number", bytes: "string",
}; // prettier-ignore

export class Capture {
  /** Throws an Error with one sentence if the object is no capture, or has nothing to ask about. */
  constructor(fields, wires) {
    if (!Array.isArray(fields?.exchanges) || !fields.exchanges.every(isExchange)) {
      throw new Error(gettext("This is not a capture that the quiz has saved."));
    }
    this.exchanges = fields.exchanges.filter((each) => wires.includes(each.wire) && isChat(each)).slice(-MOST);
    this.byId = new Map(this.exchanges.map((each) => [each.id, each]));
    if (!this.exchanges.some(({ messages }) => messages?.length)) {
      throw new Error(gettext("The capture has no message: publish some on the board, then take it again."));
    }
  }

  /** The name of the capture: the same for the same bytes. */
  get name() {
    const content = this.exchanges.map(({ id, wire, bytes }) => `${id} ${wire} ${bytes}`).join("\n");
    return hash(content).toString(16).padStart(8, "0");
  }

  /** The capture as a file. */
  get file() {
    return JSON.stringify({ exchanges: this.exchanges });
  }
}

/** The bytes of an exchange. */
export function raw({ bytes }) {
  return Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
}

/** The bytes of an exchange as text. */
export function text(exchange) {
  return new TextDecoder().decode(raw(exchange));
}

function isExchange(each) {
  const typed = Object.entries(FIELDS).every(([name, type]) => typeof each?.[name] === type);
  return typed && Array.isArray(each.parts) && /^[A-Za-z0-9+/]*=*$/.test(each.bytes);
}

/** Whether it belongs to the chat, and not to the page, its scripts or the TCP connection. */
function isChat(exchange) {
  if (!exchange.whole || !exchange.size || exchange.size > LONGEST) return false;
  const isRequest = exchange.direction === "up" && exchange.kind === "request";
  if (isRequest) return text(exchange).split("\r\n")[0].includes("/messages/");
  return exchange.kind !== "other" && !(exchange.kind === "answer" && !isPage(exchange));
}

function isPage(exchange) {
  return text(exchange).includes('"messages":');
}
