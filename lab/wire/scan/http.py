"""HTTP/1.1 as it passes: heads, bodies by length, by chunks, until the end (RFC 9112 §6.3, §7.1)."""

import re

from lab.wire.byte_kinds import FRAMING, HEADERS, PAYLOAD
from lab.wire.scan import heads
from lab.wire.scan.scanner import Scanner

BLANK = re.compile(rb"\n\r?\n")
SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
SIZE_MAX = 4_096  # bytes of the line with a chunk's size
CR, LF = 13, 10


class HTTPScanner(Scanner):
    """Reads heads and bodies; what they mean, its heirs know: `may_begin`, `headed`, `content` and `finish`."""

    may_begin = None

    def __init__(self, account, direction):
        super().__init__(account, direction)
        self.line = bytearray()  # a head or a line as far as it came
        self.left = 0  # bytes of the body or the chunk still to come
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
            self.state, self.inside = self.chunk_size, 0
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

    def chunk_size(self, data, place):
        """Read the line with a chunk's size."""
        end = data.find(b"\n", place) + 1
        self.line += data[place : min(end or len(data), place + SIZE_MAX + 1)]
        if len(self.line) > SIZE_MAX:
            return self.give_up(data, place)
        if not end:
            return len(data)
        line = bytes(self.line)
        self.line.clear()
        size = SIZE.fullmatch(line)
        if not size:
            return self.give_up(data, place)
        self.left = int(size[1], 16)
        self.count(FRAMING, len(line))
        self.state = self.chunk if self.left else self.trailer
        self.chunk_begins(len(line))
        return end

    def chunk(self, data, place):
        """Read a chunk's content."""
        until = place + self.left
        end = self.content(data, place, min(len(data), until))
        self.left = until - end
        if not self.left:
            self.state = self.chunk_end
        return end

    def chunk_end(self, data, place):
        """Read the line end after a chunk."""
        byte = data[place]
        if byte == CR and not self.line:
            self.line += b"\r"
            return place + 1
        if byte != LF:
            return self.give_up(data, place)
        size = len(self.line) + 1
        self.line.clear()
        self.count(FRAMING, size)
        self.state = self.chunk_size
        self.chunk_ends(size, place + 1)
        return place + 1

    def trailer(self, data, place):
        """Read the fields after the last chunk, to their blank line."""
        end = data.find(b"\n", place) + 1
        self.line += data[place : min(end or len(data), place + heads.HEAD_MAX + 1)]
        if len(self.line) > heads.HEAD_MAX:
            return self.give_up(data, place)
        if not end:
            return len(data)
        blank = self.line in (b"\r\n", b"\n")
        self.count(FRAMING if blank else HEADERS, len(self.line))
        self.line.clear()
        if blank:
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
