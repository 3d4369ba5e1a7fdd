"""Scanner for what the server sends."""

from lab.wire.byte_kinds import FRAMING, HANDSHAKE, HEADERS, IDLE, PAYLOAD
from lab.wire.scan import chunked, poll_pages
from lab.wire.scan.events import EventScanner
from lab.wire.scan.frames import FrameScanner
from lab.wire.scan.headers import ParsedHeaders, may_be_response, parse_response
from lab.wire.scan.requests import PendingRequest


class ResponseScanner(EventScanner, FrameScanner):
    """Scans responses and event streams, and after an upgrade WebSocket frames."""

    request: PendingRequest | None = None  # of the current response
    headers = ParsedHeaders(0)  # of the current response
    body_start = 0  # bytes of the current exchange before the body

    def may_begin(self, prefix):
        """Return whether a response may begin with these bytes."""
        return may_be_response(prefix)

    @property
    def request_id(self):
        """Id of the exchange of the request; None if there is none, or if it is incomplete."""
        return self.request.exchange_id if self.request else None

    def on_headers(self, headers, data, place):
        """Find the request, and begin a body, an event stream or another protocol."""
        upward = self.connection.request_scanner
        self.request = upward.pending[0] if upward.pending else None
        method = self.request.headers.method if self.request else "GET"
        parsed = parse_response(headers, method)
        if parsed is None:
            return self.give_up(data, place)
        self.headers = parsed
        if parsed.status < 200 and parsed.status != 101:
            self.count(HEADERS, len(headers))
            self.emit("answer", place, answers=self.request_id)
            return place
        if upward.pending:
            upward.pending.popleft()
        if parsed.status == 101 or (parsed.body_length == 0 and method == "CONNECT"):
            return self.switch_protocol(headers, place)
        if not upward.pending:
            upward.continue_in(upward.scan_headers)
        if parsed.is_event_stream:
            self.count(HANDSHAKE, len(headers))
            self.recount_request(HANDSHAKE, exclude=(PAYLOAD, FRAMING))
            self.in_event_stream = True
            self.begin_stream()
            self.emit("stream", place, answers=self.request_id)
        else:
            self.count(HEADERS, len(headers))
            self.body_start = self.earlier_size + place - self.start
        return self.begin_body(parsed.body_length, place)

    def switch_protocol(self, headers, place):
        """Scan WebSocket frames from here on, or nothing if the new protocol is another one."""
        self.count(HANDSHAKE, len(headers))
        self.recount_request(HANDSHAKE)
        self.emit("handshake", place, answers=self.request_id)
        upward = self.connection.request_scanner
        is_websocket = self.headers.is_websocket and self.request
        self.state = self.scan_frame_header if is_websocket else self.scan_unknown
        upward.continue_in(upward.scan_frame_header if is_websocket else upward.scan_unknown)
        return place

    def scan_content(self, data, place, end):
        """Scan content of a body; return where scanning stopped."""
        if self.in_event_stream:
            return self.scan_events(data, place, end)
        self.count(PAYLOAD, end - place)
        return end

    def on_body_end(self, place):
        """Emit the response, or the end of the event stream."""
        if self.in_event_stream:
            self.emit("close", place)
            self.in_event_stream, self.chunk_left = False, None
        else:
            self.emit_response(place)
        self.state = self.scan_headers

    def emit_response(self, place):
        """Emit a complete response, and count the messages in it."""
        counts, payload = self.exchange_counts, self.exchange_counts[PAYLOAD]
        is_chunked, self.chunk_left = self.chunk_left is not None, None
        exchange = self.emit("answer", place, payload, self.request_id)
        if not self.request or self.request.headers.method != "GET":
            return
        is_readable = exchange.size == len(exchange.data) and not self.headers.is_encoded
        body = exchange.data[self.body_start :] if is_readable else b""
        page = poll_pages.parse(chunked.content(body) if is_chunked else body) if body else None
        if self.headers.status == 204 or (page and not page.messages):
            exchange.kind, exchange.payload = "empty", 0
            self.wire.empty_responses += 1
            self.recount_exchange(counts, IDLE)
            self.recount_request(IDLE)
        elif page:
            self.recount(PAYLOAD, FRAMING, payload - page.payload)
            exchange.payload = page.payload
            self.wire.messages += page.messages

    def recount_request(self, kind, exclude=()):
        """Move the request's bytes to a kind that only its response shows."""
        if self.request:
            self.connection.request_scanner.recount_exchange(self.request.counts, kind, exclude)

    def end(self):
        """Emit what is left when the connection has ended, which may be the end of a body."""
        if self.state == self.scan_until_close and not self.in_event_stream and self.earlier_size:
            self.emit_response(0)
        super().end()
