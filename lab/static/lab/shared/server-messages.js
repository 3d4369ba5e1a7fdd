/** What Python says on these pages, word for word: listed here, where the translators' tools look for it. */

/** Parts of an exchange that have a word for a name; fields keep the name that they have on the wire. */
export const PARTS = {
  "request line": gettext("request line"),
  "status line": gettext("status line"),
  "blank line": gettext("blank line"),
  "line end": gettext("line end"),
  "chunk size": gettext("chunk size"),
  "chunk end": gettext("chunk end"),
  body: gettext("body"),
  bytes: gettext("bytes"),
  comment: gettext("comment"),
  "byte order mark": gettext("byte order mark"),
  mask: gettext("mask"),
  length: gettext("length"),
  "extended length": gettext("extended length"),
  "masking key": gettext("masking key"),
  payload: gettext("payload"),
};

// What the parts of an exchange are for: lab/wire/*parts.py.
gettext_noop("The chunk's bytes, in hexadecimal.");
gettext_noop("The chunk's bytes, in hexadecimal; 0 is the end.");
gettext_noop("A comment: it keeps the connection alive and is no event.");
gettext_noop("The event's data: here a message.");
gettext_noop("Nothing in it; without a data field browsers would drop the event.");
gettext_noop("The browser names it when it comes again, in Last-Event-ID.");
gettext_noop("The event's type; `message` where it is left out.");
gettext_noop("The event's type: tells scripts that the server is there; if none comes, it is not.");
gettext_noop("Milliseconds that the browser waits before it comes again.");
gettext_noop("What the head announced.");
gettext_noop("A field that means nothing to browsers.");
gettext_noop("The event ends here and is delivered.");
gettext_noop("The chunk ends.");
gettext_noop("A heartbeat: tells scripts that the server is there, as a ping does not; if none comes, it is not.");
gettext_noop("One at the beginning of the stream is ignored.");
gettext_noop("What this is: reserved.");
gettext_noop("What this is: a further part of a message.");
gettext_noop("What this is: text, in UTF-8.");
gettext_noop("What this is: bytes.");
gettext_noop("What this is: the end: the other side answers with the same.");
gettext_noop("What this is: asks whether the other side is alive.");
gettext_noop("What this is: answers a ping with its payload.");
gettext_noop("0: further frames of this message follow.");
gettext_noop("1: the message ends with this frame.");
gettext_noop("0: no extension, such as compression, is in use.");
gettext_noop("An extension is in use, such as compression.");
gettext_noop("0: the payload is not masked; only a browser's must be.");
gettext_noop("1: the payload is masked, as a browser's must be.");
gettext_noop("126: the next 2 bytes tell the payload's length.");
gettext_noop("127: the next 8 bytes tell the payload's length.");
gettext_noop("The message, unmasked.");
gettext_noop("The message.");
gettext_noop("What the pong brings back.");
gettext_noop("What the ping brought.");
gettext_noop("Bytes of payload.");
gettext_noop("XORed with the payload.");
gettext_noop("The close code, and a reason in words.");
gettext_noop("Should be a close code, and a reason.");
gettext_noop("Told by the browser about itself or the page.");
gettext_noop("A field that HTTP itself does not define.");
gettext_noop("Which site of the server is meant.");
gettext_noop("The body's bytes, so that the end is known without closing.");
gettext_noop("What the body is.");
gettext_noop("The body comes in chunks; its length need not be known before.");
gettext_noop("What this connection is to do; not passed on by proxies.");
gettext_noop("Asks for, or agrees to, another protocol on this connection.");
gettext_noop("A random value; the answer proves that the server read it.");
gettext_noop("SHA-1 of the key and a fixed text: the server speaks WebSocket.");
gettext_noop("The WebSocket protocol's version, 13.");
gettext_noop("Extensions, such as compression.");
gettext_noop("What is spoken inside the frames.");
gettext_noop("The page that asks; a server refuses foreign ones by it.");
gettext_noop("What the browser can use.");
gettext_noop("The compressions that the browser can undo.");
gettext_noop("The languages that the reader prefers.");
gettext_noop("The program that asks.");
gettext_noop("The page from which this was asked.");
gettext_noop("What the server told the browser to bring each time.");
gettext_noop("What the browser is to bring each time from now on.");
gettext_noop("Who may keep this answer, and how long.");
gettext_noop("An old form of Cache-Control.");
gettext_noop("When the answer was made.");
gettext_noop("The program that answers.");
gettext_noop("How many seconds to wait before asking again.");
gettext_noop("The methods that this address takes.");
gettext_noop("The request's fields on which this answer depends.");
gettext_noop("Where it is instead.");
gettext_noop("The last event seen: the stream goes on after it.");
gettext_noop("Tells nginx not to hold the stream back.");
gettext_noop("How the body is compressed.");
gettext_noop("Method, address, version.");
gettext_noop("Version, status, and the status in words.");
gettext_noop("Allowed before a request.");
gettext_noop("The head ends, the body begins.");
gettext_noop("Neither HTTP nor a WebSocket, or not whole.");

// Why the server or the control refuses: what stands behind the name of a field, its figures left out.
gettext_noop("no room is here.");
gettext_noop("at most %s bytes.");
gettext_noop("at most %s headers.");
gettext_noop("not whole after %s seconds.");
gettext_noop("without an end, or cut into too many pieces.");
gettext_noop("ended before it was whole.");
gettext_noop("publish or close.");
gettext_noop("not this server's.");
gettext_noop("cannot be read as HTTP.");
gettext_noop("its address cannot be read.");
gettext_noop("needs HTTP/%s.");
gettext_noop("HTTP/%s is expected.");
gettext_noop("cannot be read, or names another charset than UTF-%s.");
gettext_noop("publishing and reading are for this server's own pages.");
gettext_noop("another site's pages may link to this server's pages, no more.");
gettext_noop("nothing is here.");
gettext_noop("application/json is expected.");
gettext_noop("none is expected.");
gettext_noop("chunked alone is expected.");
gettext_noop("one of %s bytes in base%s is expected.");
gettext_noop("%s is expected.");
gettext_noop("a number of milliseconds is expected.");
gettext_noop("a JSON object is expected.");
gettext_noop("%s to %s letters, digits, - and _.");
gettext_noop("a text is expected.");
gettext_noop("%s to %s characters.");
gettext_noop("no control characters.");
gettext_noop("no invisible characters, and none that turn the direction of writing.");
gettext_noop("at most %s characters.");
gettext_noop("not only white space.");
gettext_noop("no NUL and no lone surrogates.");
gettext_noop("%s to %s printable ASCII characters.");
gettext_noop("a whole number from %s to %s.");
gettext_noop("not UTF-%s.");
gettext_noop("JSON nested too deep.");
gettext_noop("not JSON.");
gettext_noop("too many connections, try again.");
gettext_noop("too many connections of one address, close some.");
gettext_noop("too many connections of one session, close some.");
gettext_noop("not a WebSocket's.");
gettext_noop("too many messages a second, wait a moment.");
gettext_noop("too many requests a second, wait a moment.");
gettext_noop("already used for another message.");
gettext_noop("too many listen already, try again.");
gettext_noop("too many take the capture already, try again.");
gettext_noop("not here, or not any more.");
gettext_noop("not started by the wire, so not the wire's to restart.");
gettext_noop("a restart is under way.");
gettext_noop("needs seconds.");
gettext_noop("at least %s, and only for trickle.");
gettext_noop("a list of at most %s faults.");
gettext_noop("a number over %s and at most %s.");
gettext_noop("seconds from %s to %s.");
gettext_noop("not a page of this lab.");
gettext_noop("a number from %s to %s.");
gettext_noop("not this machine's.");
gettext_noop("missing or wrong; it was printed at the start.");
gettext_noop("a profile or figures, not both.");
gettext_noop("at least %s byte per second, or %s for no limit.");
gettext_noop("at most %s bytes in flight.");
gettext_noop("The server ended with status %s before it listened.");
gettext_noop("The server does not listen on %s:%s.");
gettext_noop("too many queues are open, try again.");
gettext_noop("too many rooms of one address or session, close some.");
gettext_noop("too many rooms are open, try again.");
gettext_noop("too many queues of one address or session, close some.");
