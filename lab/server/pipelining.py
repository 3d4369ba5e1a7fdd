"""Pipelined requests, parsed one after the other: a request that waits costs only its bytes.

Bytes after the request that is being answered wait here, one read of them at most, and the rest in the kernel. At most
one request more is parsed: when the end of a body and the next headers come together.
"""

from typing import Any

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lab.server.small_reads import SmallReads

UVICORN = HttpToolsProtocol  # for calls that would be slower by `super()` in each poll
END_OF_HEAD = b"\r\n\r\n"  # the parser accepts no other


class Flow(FlowControl):
    """uvicorn's flow control, which does not read while bytes wait to be parsed."""

    held = False

    def hold(self):
        """Stop reading until `release`, whatever else calls `resume_reading`."""
        self.pause_reading()
        self.held = True

    def release(self):
        """Read on."""
        if self.held:
            self.held = False
            self.resume_reading()

    def resume_reading(self):
        """Read on, unless bytes wait."""
        if self.read_paused and not self.held:
            super().resume_reading()


class SequentialProtocol(HttpToolsProtocol):
    """Parses a request when the one before it has its response."""

    flow: Flow
    unparsed = b""  # bytes that wait
    begun = False  # a request is not yet complete
    over = False  # no further request is read
    answering: Any = None  # the cycle of the request that the application answers now; `cycle` is the newest one's

    def connection_made(self, transport):
        """Read in small pieces."""
        super().connection_made(transport)
        self.flow = Flow(transport)
        transport.set_protocol(SmallReads(self))

    def connection_lost(self, exc):
        """Tell the application that answers now."""
        self.unparsed = b""
        self.pipeline.clear()
        if self.answering and not self.answering.response_complete:
            self.answering.disconnected = True
            self.answering.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data):
        """Parse what may be parsed now: in most cases exactly one request."""
        if self.unparsed or data.find(END_OF_HEAD) + 4 != len(data) or self.is_busy():
            self.unparsed = self.unparsed + data if self.unparsed else data
            self.parse_on()
        else:
            self.parse(data)

    def parse_on(self):
        """Parse one request after the other until one must be answered first; then stop reading."""
        data, start = self.unparsed, 0
        while start < len(data) and not self.over:
            if self.is_busy():
                self.unparsed = data[start:]
                self.flow.hold()
                self.on_hold()
                return
            end = data.find(END_OF_HEAD, start) + len(END_OF_HEAD)
            end = len(data) if end < len(END_OF_HEAD) else end
            self.parse(data[start:end])
            start = end
        self.unparsed = b""
        self.flow.release()

    def parse(self, data):
        """Parse bytes with the end of at most one request's headers."""
        UVICORN.data_received(self, data)

    def on_hold(self):
        """Do nothing; a subclass may note that reading has stopped."""

    def is_busy(self):
        """Return whether a complete request waits for its response."""
        return bool(self.pipeline) or not (self.begun or self.cycle is None or self.cycle.response_complete)

    def is_unanswered(self):
        """Return whether a complete request waits for its response, or for the rest of it."""
        cycle = self.answering
        return bool(self.pipeline) or (cycle is not None and not (cycle.response_complete or cycle.disconnected))

    def on_response_complete(self):
        """Go on to the next request."""
        UVICORN.on_response_complete(self)
        if self.unparsed and not self.transport.is_closing():
            self.parse_on()
