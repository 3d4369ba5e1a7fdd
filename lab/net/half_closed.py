"""Half-closed connections: the peer has sent FIN; it may still read, or be gone, and TCP does not say which.

A peer that is gone responds with a reset to whatever it is sent.
"""

import asyncio
import socket
from collections.abc import Callable

FIRST_INTERVAL, INTERVAL_MAX = 0.001, 1.0  # seconds before the first check for a reset, and at most between two


def watch_for_reset(
    loop: asyncio.AbstractEventLoop,
    transport: asyncio.Transport,
    on_reset: Callable[[], object],
    interval: float = FIRST_INTERVAL,
) -> None:
    """Call `on_reset()` when the peer has reset a half-closed connection.

    The event loop no longer reads from such a connection, so it does not notice the reset.
    """

    def check():
        if transport.is_closing():
            return
        if transport.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            on_reset()
        else:
            watch_for_reset(loop, transport, on_reset, min(2 * interval, INTERVAL_MAX))

    loop.call_later(interval, check)
