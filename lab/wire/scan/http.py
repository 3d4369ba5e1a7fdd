"""Scanner for HTTP/1.1: headers, and bodies of known length, in chunks, or up to the end (RFC 9112 §6.3, §7.1)."""

import re

from lab.wire.byte_kinds import FRAMING, HEADERS, PAYLOAD
from lab.wire.scan.chunked import CONTENT, CR, END, LAST, LF, SIZE, TRAILER, ChunkedParser, InvalidChunk
from lab.wire.scan.headers import CHUNKED, HEADERS_MAX, PREFIX_SIZE, UNTIL_CLOSE
from lab.wire.scan.scanner import Scanner

BLANK_LINE = re.compile(rb"\n\r?\n")


class HTTPScanner(Scanner):
    """Splits HTTP messages into headers and bodies; subclasses say what to do with them.

    They define `may_begin`, `on_headers` and `on_body_end`, and may override `scan_content` and the two callbacks for
    chunks.
    """

    def __init__(self, connection, direction):
        super().__init__(connection, direction)
        self.partial_headers = bytearray()
        self.body_left = 0  # bytes of a body of known length
        self.chunks = ChunkedParser()
        self.state = self.scan_headers

    def may_begin(self, prefix: bytes) -> bool:
        """Return whether a message may begin with these bytes, at most PREFIX_SIZE."""
        raise NotImplementedError

    def on_headers(self, headers: bytes, data: bytes, place: int) -> int:
        """Handle a start line with its headers, which end at `place`; return where scanning goes on."""
        raise NotImplementedError

    def on_body_end(self, place: int) -> None:
        """Handle the end of a body."""
        raise NotImplementedError

    def scan_headers(self, data, place):
        """Scan a start line and headers, up to the blank line."""
        partial = self.partial_headers
        if not partial and data[place] in (CR, LF):  # allowed before a request, RFC 9112 §2.2
            self.count(HEADERS, 1)
            return place + 1
        before = len(partial)
        partial += data[place : place + HEADERS_MAX + 1 - before]
        blank_line = BLANK_LINE.search(partial, max(0, before - 2))
        if not self.may_begin(bytes(partial[:PREFIX_SIZE])):
            return self.give_up(data, place)
        if blank_line is None:
            return self.give_up(data, place) if len(partial) > HEADERS_MAX else len(data)
        headers = bytes(partial[: blank_line.end()])
        partial.clear()
        return self.on_headers(headers, data, place + len(headers) - before)

    def begin_body(self, length, place):
        """Prepare for a body of `length` bytes, CHUNKED or UNTIL_CLOSE; return `place`."""
        if length == CHUNKED:
            self.state, self.chunk_left, self.chunks = self.scan_chunked, 0, ChunkedParser()
        elif length == UNTIL_CLOSE:
            self.state = self.scan_until_close
        elif length:
            self.state, self.body_left = self.scan_sized_body, length
        else:
            self.on_body_end(place)
        return place

    def scan_sized_body(self, data, place):
        """Scan a body of known length."""
        end = self.scan_content(data, place, min(len(data), place + self.body_left))
        self.body_left -= end - place
        if not self.body_left:
            self.on_body_end(end)
        return end

    def scan_until_close(self, data, place):
        """Scan a body that ends with the connection."""
        return self.scan_content(data, place, len(data))

    def scan_chunked(self, data, place):
        """Scan the next part of a chunked body."""
        chunks = self.chunks
        try:
            part, end = chunks.step(data, place)
        except InvalidChunk:
            return self.give_up(data, place)
        if part == CONTENT:
            end = self.scan_content(data, place, end)
            chunks.advance(end - place)
        elif part == SIZE:
            self.count(FRAMING, chunks.size)
            self.on_chunk_begin(chunks.size)
        elif part == END:
            self.count(FRAMING, chunks.size)
            self.on_chunk_end(chunks.size, end)
        elif part == TRAILER:
            self.count(HEADERS, chunks.size)
        elif part == LAST:
            self.count(FRAMING, chunks.size)
            self.on_body_end(end)
        return end

    def on_chunk_begin(self, size):
        """Handle the beginning of a chunk, whose size line had `size` bytes."""

    def on_chunk_end(self, size, place):
        """Handle the end of a chunk at `place`, whose line end had `size` bytes."""

    def scan_content(self, data, place, end):
        """Scan content of a body; return where scanning stopped."""
        self.count(PAYLOAD, end - place)
        return end

    def give_up(self, data, place):
        """Treat this and all that follows as an unknown protocol; return where scanning stopped."""
        self.partial_headers.clear()
        self.chunk_left = None
        return super().give_up(data, place)
