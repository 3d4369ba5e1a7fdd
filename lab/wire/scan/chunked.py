"""Parser for chunked bodies (RFC 9112 §7.1) that works piece by piece."""

import re

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
    """The bytes are no chunked body."""


class ChunkedParser:
    """Finds out which part of a chunked body the next bytes are, wherever the body is cut into pieces."""

    def __init__(self, left=0):
        """Begin `left` bytes before the end of a chunk's content; 0: before a chunk's size."""
        self.left = left
        self.expects = CONTENT if left else SIZE  # None: the body has ended
        self.size = 0  # bytes of the part that ended last, without CONTENT
        self.line = bytearray()  # a line that is still incomplete

    def step(self, data, place):
        """Return (part, end) of what begins at `place`, a place in `data`; (None, end) if a line is incomplete.

        Content is not passed over until `advance` is called. Raises InvalidChunk.
        """
        if self.expects == CONTENT:
            return CONTENT, min(len(data), place + self.left)
        if self.expects == END:
            return self.chunk_end(data, place)
        if self.expects == SIZE:
            return self.size_line(data, place)
        return self.trailer_line(data, place)

    def advance(self, size):
        """Pass over `size` bytes of content."""
        self.left -= size
        if not self.left:
            self.expects = END

    def size_line(self, data, place):
        """Read the line before a chunk's content."""
        line, end = self.whole_line(data, place, SIZE_LINE_MAX)
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
        line, end = self.whole_line(data, place, TRAILER_MAX)
        if line is None:
            return None, end
        if line not in (b"\r\n", b"\n"):
            return TRAILER, end
        self.expects = None
        return LAST, end

    def whole_line(self, data, place, limit):
        """Return (the line that ends next, where it ends); (None, the end of `data`) if it is incomplete."""
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


def parts(data, place, left):
    """Yield (part, start, end) of a chunked body in `data`, from `place` on to its end or that of the data.

    `left` bytes of a chunk's content come first (0: a chunk's size). Bytes that are incomplete or wrong count as the
    part that is expected there.
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


def content(data):
    """Return the content of a chunked body."""
    return b"".join(data[start:end] for part, start, end in parts(data, 0, 0) if part == CONTENT)
