"""uvicorn's HTTP protocol within limits: number of connections, size of headers, time of a request, size of a body.

A request past a limit gets a refusal in JSON like any other, and nothing of it reaches the application.
"""

from functools import partial
from http import HTTPStatus

from django.conf import settings

from lab.access import connection_limits
from lab.access.guard import refuse
from lab.messages.errors import Refused
from lab.server import descriptors
from lab.server.pipelining import UVICORN, SequentialProtocol
from lab.server.slow_clients import StallGuard

READ_SECONDS = 0.01  # in which the loop reads what has arrived; in the same turn, timers may come first


class LimitedHTTPProtocol(StallGuard, SequentialProtocol):
    """Refuses connections that are too many, headers that are too long, and requests that are too slow."""

    address = None  # under which the connection is counted
    timer = None  # of the request's headers, or of its body
    in_head = False  # the headers are not yet complete
    read = chunk = 0  # bytes since the last complete request; bytes that came last

    def connection_made(self, transport):
        """Count the connection, and start the timeout of the headers."""
        super().connection_made(transport)
        descriptor = transport.get_extra_info("socket").fileno()
        try:
            descriptors.limit.check(descriptor)
            self.address = connection_limits.limits().connect(self.client, len(self.connections))
        except Refused as refused:
            self.refuse(refused)
            if descriptors.limit.is_scarce(descriptor):
                transport.close()
        else:
            self.start_timeout("head", settings.HEAD_SECONDS)

    def connection_lost(self, exc):
        """Count the connection no longer."""
        self.stop_timeout()
        connection_limits.limits().disconnect(self.address)
        super().connection_lost(exc)

    def data_received(self, data):
        """Parse, and start a timeout for a request that is not complete."""
        if self.over:
            self.read += len(data)
            if self.read > settings.LINGER_MAX:
                self.transport.abort()
            return
        super().data_received(data)
        if self.begun:
            self.expect_rest()

    def expect_rest(self):
        """Start the timeout for the rest of a request, unless reading has stopped."""
        if not (self.over or self.timer or self.flow.held):
            self.start_timeout(*(("head", settings.HEAD_SECONDS) if self.in_head else ("body", settings.BODY_SECONDS)))

    def parse(self, data):
        """Parse; refuse a request that grows past every limit."""
        self.chunk = len(data)
        self.read += self.chunk
        UVICORN.data_received(self, data)
        if not self.begun or self.over:
            return
        if self.in_head and (self.read > settings.HEAD_MAX or len(self.headers) > settings.HEADERS_MAX):
            self.refuse_head()
        elif self.read > settings.HEAD_MAX + settings.PIECES_MAX * settings.BODY_MAX:
            self.refuse(Refused("body: without an end, or cut into too many pieces.", status=413))

    def on_hold(self):
        """Stop the timeout: the server does not read the request now."""
        self.stop_timeout()

    def on_message_begin(self):
        """Note that a request has begun."""
        UVICORN.on_message_begin(self)
        self.begun = self.in_head = True

    def on_header(self, name, value):
        """Keep a header, but not one after the body."""
        if self.in_head:
            UVICORN.on_header(self, name, value)

    def on_headers_complete(self):
        """Let the application answer, unless the headers are too long."""
        if self.timer:
            self.stop_timeout()
        if not self.over and len(self.headers) > settings.HEADERS_MAX:
            self.refuse_head()
        elif not self.over and max(self.read, self.chunk) > settings.HEAD_MAX:
            size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
            if size > settings.HEAD_MAX:
                self.refuse_head()
        if not self.over:
            UVICORN.on_headers_complete(self)
        self.in_head = False

    def on_body(self, body):
        """Keep the body for the application."""
        if not self.over:
            UVICORN.on_body(self, body)

    def on_message_complete(self):
        """Note that the request is complete."""
        self.begun, self.read = False, 0
        if self.timer:
            self.stop_timeout()
        if not self.over:
            UVICORN.on_message_complete(self)

    def on_response_complete(self):
        """Go on to the next request, if there may be one."""
        if self.pipeline or not self.over:
            super().on_response_complete()
            if self.begun:
                self.expect_rest()

    def send_400_response(self, msg):
        """Refuse data that is not HTTP."""
        self.refuse(Refused("request: cannot be read as HTTP."))

    def start_timeout(self, what, seconds):
        """Give the headers or the body of a request some seconds to be complete."""
        self.timer = self.loop.call_later(seconds, self.read_once_more, what, seconds)

    def read_once_more(self, what, seconds):
        """Let the loop read what has arrived while it, or the machine, stood still; then the time is over."""
        self.timer = self.loop.call_later(READ_SECONDS, self.on_timeout, what, seconds)

    def stop_timeout(self):
        """Stop the timeout."""
        if self.timer:
            self.timer.cancel()
            self.timer = None

    def on_timeout(self, what, seconds):
        """Refuse a request that is too slow; close a connection without any."""
        if self.begun:
            self.refuse(Refused(f"{what}: not whole after {seconds} seconds.", status=408))
        else:
            self.transport.close()

    def refuse_head(self):
        """Refuse headers over the limits."""
        refused = Refused(f"head: at most {settings.HEAD_MAX:,} bytes.", status=431)
        if len(self.headers) > settings.HEADERS_MAX:
            refused = Refused(f"head: at most {settings.HEADERS_MAX:,} headers.", status=431)
        self.headers.clear()
        self.refuse(refused)

    def refuse(self, refused):
        """Send a refusal as the last response, and close the connection; an earlier request is answered first."""
        if self.pipeline:
            cycle, _app = self.pipeline.popleft()
            self.pipeline.append((cycle, partial(refusing, refused)))
            self.answer_last()
            return
        unanswered = self.cycle and not self.cycle.response_complete
        if unanswered and not self.cycle.more_body:
            self.answer_last()
            return
        if unanswered and self.cycle.response_started:
            self.transport.close()  # the refusal would be taken for the rest of the response that is being sent
            return
        if unanswered:  # the application waits for the rest of this request
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if unanswered or self.in_head or not self.begun:
            self.transport.write(encode_refusal(refused))
        self.close_gracefully()

    def eof_received(self):
        """Answer complete requests: a client may end its half of the connection after them."""
        if self.begun and not self.over:
            self.refuse(Refused("request: ended before it was whole."))
        elif self.is_unanswered():
            self.answer_last()
        return self.is_unanswered()  # else the connection is closed

    def answer_last(self):
        """Answer the complete requests, and read nothing more."""
        self.cycle.keep_alive = False  # the newest request's: all before it are answered first
        self.read_no_more()

    def read_no_more(self):
        """Drop all further data."""
        self.over, self.read, self.unparsed = True, 0, b""
        self.stop_timeout()
        self.flow.release()
        self.flow.resume_reading()

    def close_gracefully(self):
        """Close after a while, so that the client can read the response: a reset at once would discard it."""
        self.read_no_more()
        self.transport.write_eof()
        self.timer = self.loop.call_later(settings.LINGER_SECONDS, self.transport.close)


def encode_refusal(refused):
    """Return the bytes of a refusal, which is the connection's last response."""
    status, headers, body = closing(refused).response()
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{lines}\r\n".encode() + body


async def refusing(refused, scope, receive, send):
    """Refuse as an ASGI application; the refusal is the connection's last response."""
    await refuse(scope, send, closing(refused))


def closing(refused):
    """Return a refusal whose response says that it is the connection's last."""
    refused.headers = {"Connection": "close", **refused.headers}
    return refused
