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

// What the parts of an exchange are: lab/wire/dissect/.
gettext_noop("The size of the chunk in bytes, in hexadecimal.");
gettext_noop("The size of the chunk in bytes, in hexadecimal; 0 marks the end of the body.");
gettext_noop("A comment: it keeps the connection open and is no event.");
gettext_noop("The data of the event: here, a message.");
gettext_noop("No message; browsers would drop an event without a data field.");
gettext_noop("The browser sends it back in Last-Event-ID when it reconnects.");
gettext_noop("The type of the event; `message` if there is none.");
gettext_noop("The type of the event: a sign for scripts that the connection is alive.");
gettext_noop("Milliseconds that the browser waits before it reconnects.");
gettext_noop("The content that the headers describe.");
gettext_noop("A field that browsers ignore.");
gettext_noop("The event ends here, and the browser delivers it.");
gettext_noop("The chunk ends.");
gettext_noop("A heartbeat: a sign for scripts that the connection is alive; scripts cannot see a ping.");
gettext_noop("Ignored, because it is at the beginning of the stream.");
gettext_noop("The type of the frame: reserved.");
gettext_noop("The type of the frame: the continuation of a message.");
gettext_noop("The type of the frame: text in UTF-8.");
gettext_noop("The type of the frame: binary data.");
gettext_noop("The type of the frame: close; the peer responds with a close frame.");
gettext_noop("The type of the frame: ping; the peer responds with a pong.");
gettext_noop("The type of the frame: pong, the response to a ping.");
gettext_noop("0: more frames of this message follow.");
gettext_noop("1: this is the last frame of the message.");
gettext_noop("0: no extension, such as compression, is in use.");
gettext_noop("An extension is in use, such as compression.");
gettext_noop("0: the payload is not masked; only a browser must mask it.");
gettext_noop("1: the payload is masked, as a browser must do.");
gettext_noop("126: the next 2 bytes are the length of the payload.");
gettext_noop("127: the next 8 bytes are the length of the payload.");
gettext_noop("The message, unmasked.");
gettext_noop("The message.");
gettext_noop("The pong sends it back.");
gettext_noop("The payload of the ping.");
gettext_noop("The size of the payload in bytes.");
gettext_noop("XORed with the payload.");
gettext_noop("The close code, and a reason as text.");
gettext_noop("Not a valid close code and reason.");
gettext_noop("Information from the browser about itself or the page.");
gettext_noop("A field that HTTP itself does not define.");
gettext_noop("The site that the browser requests; a server may have several.");
gettext_noop("The size of the body in bytes, so that the connection can stay open after it.");
gettext_noop("The type of the body.");
gettext_noop("The body is sent in chunks, so its size need not be known in advance.");
gettext_noop("Options for this connection alone; proxies do not forward them.");
gettext_noop("Requests or accepts another protocol on this connection.");
gettext_noop("A random value; the response proves that the server has read it.");
gettext_noop("SHA-1 of the key and a fixed text: proof that the server supports WebSocket.");
gettext_noop("The version of the WebSocket protocol, 13.");
gettext_noop("Extensions, such as compression.");
gettext_noop("The protocol of the messages in the frames.");
gettext_noop("The site of the page that sends the request; a server can refuse other sites by it.");
gettext_noop("The types that the browser understands.");
gettext_noop("The compressions that the browser understands.");
gettext_noop("The languages that the user prefers.");
gettext_noop("The program that sends the request.");
gettext_noop("The page from which the request comes.");
gettext_noop("A value that the server has asked the browser to send with each request.");
gettext_noop("A value that the browser shall send with each request from now on.");
gettext_noop("Who may store this response, and for how long.");
gettext_noop("An old form of Cache-Control.");
gettext_noop("The time at which the response was made.");
gettext_noop("The program that sends the response.");
gettext_noop("Seconds to wait before the next request.");
gettext_noop("The methods that this address supports.");
gettext_noop("The request headers on which this response depends.");
gettext_noop("The address to use instead.");
gettext_noop("The last event that the browser has received; the stream continues after it.");
gettext_noop("Tells nginx not to buffer the stream.");
gettext_noop("The compression of the body.");
gettext_noop("Method, address and version.");
gettext_noop("Version, status code and reason.");
gettext_noop("Allowed before a request.");
gettext_noop("The headers end here, and the body begins.");
gettext_noop("Neither HTTP nor WebSocket, or incomplete.");

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
gettext_noop("too many listeners, try again.");
gettext_noop("too many downloads, try again.");
gettext_noop("unknown, or no longer kept.");
gettext_noop("not started by the wire, so the wire cannot restart it.");
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
