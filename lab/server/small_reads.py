"""Small reads: an event loop reads up to 256 KB at once, and a connection may not cost as much."""

import asyncio

READ_MAX = 16_384  # bytes

_buffer = memoryview(bytearray(READ_MAX))  # one for all connections: a read is copied before the next one begins


class SmallReads(asyncio.BufferedProtocol):
    """Passes a transport's events on to a protocol, and its data in pieces of at most READ_MAX bytes."""

    __slots__ = ("data_received", "protocol")

    def __init__(self, protocol):
        self.protocol, self.data_received = protocol, protocol.data_received

    def get_buffer(self, sizehint):
        """Return the buffer for the next bytes."""
        return _buffer

    def buffer_updated(self, nbytes):
        """Pass on the bytes that came."""
        self.data_received(bytes(_buffer[:nbytes]))

    def eof_received(self):
        """Pass on the end; return whether the connection stays open for responses."""
        return self.protocol.eof_received()

    def connection_lost(self, exc):
        """Pass on the loss."""
        self.protocol.connection_lost(exc)

    def pause_writing(self):
        """Pass on that the write buffer is full."""
        self.protocol.pause_writing()

    def resume_writing(self):
        """Pass on that the write buffer has room again."""
        self.protocol.resume_writing()
