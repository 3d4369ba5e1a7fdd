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
            self.loop.call_later(FIRST_LOOK, self.look_for_reset, FIRST_LOOK)
        return stays

    def look_for_reset(self, waited):
        """Cut the connection where the client has reset it: nothing is read any more that would tell."""
        if self.transport.is_closing():
            return
        connection = self.transport.get_extra_info("socket")
        if connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self.transport.abort()
        else:
            seconds = min(2 * waited, LOOK_MAX)
            self.loop.call_later(seconds, self.look_for_reset, seconds)
