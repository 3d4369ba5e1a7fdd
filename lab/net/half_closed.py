"""Connections whose client has ended its half: it may read on, or be gone, and TCP tells the two apart by no sign.

So the server writes what its answer begins or goes on with. A client that is gone answers by a reset.
"""

import socket

BEGIN = b"HTTP/1.1 "  # of every answer
COMMENT = b":\n\n"  # of an event stream
FIRST_LOOK, LOOK_MAX = 0.001, 1.0  # seconds until the first look for a reset, and at most between two


class HalfClosed:
    """The part of the HTTP protocol that finds out whether a client who asks nothing more is still there."""

    def eof_received(self):
        """Answer what was asked, as long as there is somebody to read it."""
        stays = super().eof_received()
        if stays and not self.flow.write_paused:
            self.answering.waiting_for_100_continue = False  # the answer may have begun
            probe = getattr(self.answering.transport, "probe", None)
            if probe:
                probe()
        if stays:
            watch_for_reset(self.loop, self.transport, self.transport.abort)
        return stays


def watch_for_reset(loop, transport, then, seconds=FIRST_LOOK):
    """Call `then()` once the other side has reset a connection that it has ended its half of.

    Nothing is read of such a connection any more, so the event loop does not tell.
    """

    def look():
        if transport.is_closing():
            return
        if transport.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            then()
        else:
            watch_for_reset(loop, transport, then, min(2 * seconds, LOOK_MAX))

    loop.call_later(seconds, look)
