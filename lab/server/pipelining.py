"""Pipelined requests, parsed one after the other: a request that waits costs its bytes, not what is made of them.

What a client sends before its last request is answered waits here, one read of it at most, and the rest of it in the
kernel. At most one request more is parsed: where the end of a body and the next head come together.
"""

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lab.server.reader import SmallReads

UVICORN = HttpToolsProtocol  # named where `super()` would cost a poll's fast path
END_OF_HEAD = b"\r\n\r\n"  # the parser takes no other


class Flow(FlowControl):
    """uvicorn's flow control, which reads nothing more while bytes wait to be parsed."""

    held = False

    def hold(self):
        """Stop reading until `release`, whatever else wants to read on."""
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
    """Parses a request once the one before it has been answered."""

    unparsed = b""  # what waits
    begun = over = False  # a request is not yet whole; nothing more is asked for
    answering = None  # the cycle of the request that the application answers now; `cycle` is the newest one's

    def connection_made(self, transport):
        """Read in small pieces."""
        super().connection_made(transport)
        self.flow = Flow(transport)
        transport.set_protocol(SmallReads(self))

    def connection_lost(self, exc):
        """Tell the application, whichever request it answers."""
        self.unparsed = b""
        self.pipeline.clear()
        if self.answering and not self.answering.response_complete:
            self.answering.disconnected = True
            self.answering.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data):
        """Parse what may be parsed now: most often one request, which is all that came."""
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
                self.held_up()
                return
            end = data.find(END_OF_HEAD, start) + len(END_OF_HEAD)
            end = len(data) if end < len(END_OF_HEAD) else end
            self.parse(data[start:end])
            start = end
        self.unparsed = b""
        self.flow.release()

    def parse(self, data):
        """Parse bytes that hold the end of one head at most."""
        UVICORN.data_received(self, data)

    def held_up(self):
        """Hear that nothing more is read for now."""

    def is_busy(self):
        """Tell whether a whole request waits for its answer."""
        return bool(self.pipeline) or not (self.begun or self.cycle is None or self.cycle.response_complete)

    def is_unanswered(self):
        """Tell whether anything that was asked whole still waits for its answer, or for the end of it."""
        cycle = self.answering
        return bool(self.pipeline) or (cycle is not None and not (cycle.response_complete or cycle.disconnected))

    def on_response_complete(self):
        """Go on to the next request."""
        UVICORN.on_response_complete(self)
        if self.unparsed and not self.transport.is_closing():
            self.parse_on()
