"""Incremental parser for chunked bodies (RFC 9112 §7.1)."""

import re
from collections.abc import Iterator

SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
SIZE_LINE_MAX = 4_096  # bytes
TRAILER_MAX = 65_536  # bytes of one line
CR, LF = 13, 10

# The parts of a chunked body.
SIZE = "chunk size"  # the line before a chunk's content
CONTENT = "content"
END = "chunk end"  # the line end after a chunk's content
TRAILER = "trailer"  # a field after the last chunk
LAST = "last line"  # the blank line after the trailers


class InvalidChunk(ValueError):
    """The bytes are not a chunked body."""


class ChunkedParser:
    """Splits a chunked body into its parts, wherever the body is cut into pieces."""

    def __init__(self, left: int = 0):
        """Start with `left` bytes of a chunk's content, or with the size of a chunk if `left` is 0."""
        self.left = left
        self.expects: str | None = CONTENT if left else SIZE  # None: the body has ended
        self.size = 0  # bytes of the part that ended last, without CONTENT
        self.line = bytearray()  # a line that is still incomplete

    def step(self, data: bytes, place: int) -> tuple[str | None, int]:
        """Return (part, end) for the part that begins or goes on at `place`; (None, end) for an incomplete line.

        The parser stays at the beginning of content until `advance` is called. Raises InvalidChunk.
        """
        if self.expects == CONTENT:
            return CONTENT, min(len(data), place + self.left)
        if self.expects == END:
            return self.chunk_end(data, place)
        if self.expects == SIZE:
            return self.size_line(data, place)
        return self.trailer_line(data, place)

    def advance(self, size: int) -> None:
        """Move past `size` bytes of content."""
        self.left -= size
        if not self.left:
            self.expects = END

    def size_line(self, data, place):
        """Read the line before a chunk's content."""
        line, end = self.next_line(data, place, SIZE_LINE_MAX)
        if line is None:
            return None, end
        size = SIZE_LINE.fullmatch(line)
        if not size:
            raise InvalidChunk("not a chunk's size")
        self.left = int(size[1], 16)
        self.expects = CONTENT if self.left else TRAILER
        return SIZE, end

    def chunk_end(self, data, place):
        """Read the line end after a chunk's content."""
        start = place
        if data[place] == CR and not self.line:
            place += 1
            if place == len(data):
                self.line += b"\r"
                return None, place
        if data[place] != LF:
            raise InvalidChunk("a chunk does not end where its size says")
        self.size = len(self.line) + place + 1 - start
        self.line.clear()
        self.expects = SIZE
        return END, place + 1

    def trailer_line(self, data, place):
        """Read a field after the last chunk, or the blank line after all of them."""
        line, end = self.next_line(data, place, TRAILER_MAX)
        if line is None:
            return None, end
        if line not in (b"\r\n", b"\n"):
            return TRAILER, end
        self.expects = None
        return LAST, end

    def next_line(self, data, place, limit):
        """Return (line, end) for the next line; (None, end of `data`) if it is incomplete."""
        end = data.find(b"\n", place) + 1
        self.line += data[place : min(end or len(data), place + limit + 1)]
        if len(self.line) > limit:
            raise InvalidChunk("a line is too long")
        if not end:
            return None, len(data)
        line = bytes(self.line)
        self.line.clear()
        self.size = len(line)
        return line, end


def parts(data: bytes, place: int, left: int) -> Iterator[tuple[str, int, int]]:
    """Yield the (part, start, end) of a chunked body in `data`, from `place` on.

    `left` bytes of a chunk's content come first, or the size of a chunk if `left` is 0. Incomplete and invalid bytes
    count as the part that is expected there.
    """
    parser = ChunkedParser(left)
    while place < len(data) and (expected := parser.expects):
        try:
            part, end = parser.step(data, place)
        except InvalidChunk:
            part, end = None, len(data)
        if part == CONTENT:
            parser.advance(end - place)
        yield part or expected, place, end
        place = end


def content(data: bytes) -> bytes:
    """Return the content of a chunked body."""
    return b"".join(data[start:end] for part, start, end in parts(data, 0, 0) if part == CONTENT)
