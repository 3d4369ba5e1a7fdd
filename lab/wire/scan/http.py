"""HTTP/1.1 as it passes: heads, bodies by length, by chunks, until the end (RFC 9112 §6.3, §7.1)."""

import re

from lab.wire.byte_kinds import FRAMING, HEADERS, PAYLOAD
from lab.wire.scan import heads
from lab.wire.scan.chunked import CONTENT, END, LAST, SIZE, TRAILER, ChunkedParser, InvalidChunk
from lab.wire.scan.scanner import Scanner

BLANK = re.compile(rb"\n\r?\n")
CR, LF = 13, 10


class HTTPScanner(Scanner):
    """Reads heads and bodies; what they mean, its heirs know: `may_begin`, `headed`, `content` and `finish`."""

    may_begin = None

    def __init__(self, account, direction):
        super().__init__(account, direction)
        self.line = bytearray()  # a head as far as it came
        self.left = 0  # bytes of the body still to come
        self.state = self.head

    def head(self, data, place):
        """Read a head to its blank line."""
        if not self.line and data[place] in (CR, LF):  # allowed before a request, RFC 9112 §2.2
            self.count(HEADERS, 1)
            return place + 1
        before = len(self.line)
        self.line += data[place : place + heads.HEAD_MAX + 1 - before]
        blank = BLANK.search(self.line, max(0, before - 2))
        if not self.may_begin(bytes(self.line[: heads.PREFIX])):
            return self.give_up(data, place)
        if blank is None:
            return self.give_up(data, place) if len(self.line) > heads.HEAD_MAX else len(data)
        head = bytes(self.line[: blank.end()])
        self.line.clear()
        return self.headed(head, data, place + len(head) - before)

    def body(self, length, place):
        """Begin a body; return `place`."""
        self.left = length
        if length == heads.CHUNKED:
            self.state, self.inside, self.chunks = self.chunked, 0, ChunkedParser()
        elif length == heads.UNTIL_CLOSE:
            self.state = self.rest
        elif length:
            self.state = self.sized
        else:
            self.finish(place)
        return place

    def sized(self, data, place):
        """Read a body of known length."""
        end = self.content(data, place, min(len(data), place + self.left))
        self.left -= end - place
        if not self.left:
            self.finish(end)
        return end

    def rest(self, data, place):
        """Read a body that ends with the connection."""
        return self.content(data, place, len(data))

    def chunked(self, data, place):
        """Read the next part of a chunked body."""
        chunks = self.chunks
        try:
            part, end = chunks.step(data, place)
        except InvalidChunk:
            return self.give_up(data, place)
        if part == CONTENT:
            end = self.content(data, place, end)
            chunks.advance(end - place)
        elif part == SIZE:
            self.count(FRAMING, chunks.size)
            self.chunk_begins(chunks.size)
        elif part == END:
            self.count(FRAMING, chunks.size)
            self.chunk_ends(chunks.size, end)
        elif part == TRAILER:
            self.count(HEADERS, chunks.size)
        elif part == LAST:
            self.count(FRAMING, chunks.size)
            self.finish(end)
        return end

    def chunk_begins(self, size):
        """Hear that a chunk begins, whose line had `size` bytes."""

    def chunk_ends(self, size, place):
        """Hear that a chunk has ended at `place`, by a line end of `size` bytes."""

    def content(self, data, place, end):
        """Read content of the body; return how far that goes."""
        self.count(PAYLOAD, end - place)
        return end

    def give_up(self, data, place):
        """Understand nothing any more."""
        self.line.clear()
        self.inside = None
        return super().give_up(data, place)
