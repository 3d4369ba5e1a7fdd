"""Half-closed connections at the server: responses to clients that send no more, as long as somebody reads them."""

from lab.net.half_closed import watch_for_reset
from lab.server.request_limits import LimitedHTTPProtocol

BEGIN = b"HTTP/1.1 "  # of every response
COMMENT = b":\n\n"  # of an event stream


class HalfClosedProtocol(LimitedHTTPProtocol):
    """HTTP protocol that finds out whether a client that has sent FIN is still there.

    The server writes the beginning of the response, or a comment of an event stream; a client that is gone resets the
    connection.
    """

    def eof_received(self):
        """Keep the connection open for responses, and watch for a reset."""
        stays_open = super().eof_received()
        if stays_open and not self.flow.write_paused:
            self.answering.waiting_for_100_continue = False  # the response may have begun
            probe = getattr(self.answering.transport, "probe", None)
            if probe:
                probe()
        if stays_open:
            watch_for_reset(self.loop, self.transport, self.transport.abort)
        return stays_open
