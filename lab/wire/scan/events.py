"""An event stream as it passes (HTML standard §9.2.6): fields, comments, and the blank lines that end blocks."""

import re
import time

from lab.wire.byte_kinds import FRAMING, IDLE, PAYLOAD
from lab.wire.scan.http import CR, LF, HTTPScanner
from lab.wire.scan.scanner import SMALL

LINE_END = re.compile(rb"[\r\n]")
# The block that the lab's server writes, whole in one piece: read at once.
EVENT = re.compile(rb"(id: [0-9]+\ndata: )([^\r\n]+)\n\n")
BOM = b"\xef\xbb\xbf"  # one at the very beginning is ignored, HTML §9.2.5
NAME_MAX = 16  # bytes of a field's name; longer ones mean nothing
VALUE_MAX = 64  # bytes of an event's type
HEARTBEAT = b"heartbeat"  # the type of an event that only tells that the server is there


class EventScanner(HTTPScanner):
    """Reads an event stream's content, chunked or not, once `streaming` is set.

    A block with data is an event: its data's values are payload, all else of it framing. Comments and heartbeats are
    idle, and so are blocks without data, and chunks in which nothing but such things ends.
    """

    streaming = has_bom = False

    def __init__(self, account, direction):
        super().__init__(account, direction)
        self.stream_begins()

    def stream_begins(self):
        """Expect a stream; forget what was left of one before."""
        self.begun = 0  # where in what is read now the content begins of which `left` counts
        self.bom = 0  # bytes of the BOM that have come; all of them once it is known whether there is one
        self.name, self.value = bytearray(), bytearray()
        self.named = self.after_cr = False  # the line's colon came; a CR came, so an LF belongs to it
        self.field_size = self.value_size = 0  # bytes of the line: name, colon and space; value
        self.payload = self.framing = self.undecided = 0  # bytes of the block
        self.has_data, self.type = False, b""
        self.last_kind = IDLE  # of the line that ended last; None: undecided
        self.chunk_line = 0  # bytes of the line that began the chunk
        self.chunk_idle = None  # what has ended in the chunk was all idle (None: nothing has)
        self.ended = None  # the block whose end waits for its chunk's: (name, payload)

    def events(self, data, place, end):
        """Read content from `place` to `end`, or as much of it as one turn may; return how far that goes."""
        self.begun, is_long, begin = place, end - place > SMALL, place
        if self.bom < len(BOM):
            place = self.byte_order_mark(data, place, end)
        while place < end:
            if is_long and place > begin and time.perf_counter() > self.turn_ends:
                break
            if self.is_clean() and (event := EVENT.match(data, place, end)):
                self.payload, self.has_data = len(event[2]), True
                self.count(PAYLOAD, self.payload)
                self.undecided = len(event[1]) + 1
                place = event.end()
                self.block_ends(place, end)
                continue
            if self.after_cr:
                self.after_cr = False
                if data[place] == LF:
                    place += 1
                    self.line_feed()
                    continue
            found = LINE_END.search(data, place, end)
            stop = found.start() if found else end
            self.text(data, place, stop)
            place = stop
            if found:
                self.after_cr = data[stop] == CR
                place += 1
                self.line_ends(place, end)
        return place

    def byte_order_mark(self, data, place, end):
        """Read the stream's first bytes, which may be a BOM; return how far that goes."""
        while place < end and self.bom < len(BOM):
            if data[place] != BOM[self.bom]:  # they begin a field's name
                self.name += BOM[: self.bom]
                self.field_size += self.bom
                self.bom = len(BOM)
                return place
            self.bom += 1
            place += 1
        if self.bom == len(BOM):
            self.undecided += len(BOM)
            self.has_bom = True
        return place

    def line_feed(self):
        """Give the LF of a CRLF the kind of the line that it ends."""
        if self.last_kind is None:
            self.undecided += 1
            return
        self.count(self.last_kind, 1)
        if self.has_data and self.last_kind == FRAMING:
            self.framing += 1

    def is_clean(self):
        """Tell whether a block begins here."""
        return not (self.after_cr or self.named or self.name or self.has_data or self.undecided)

    def text(self, data, place, stop):
        """Read some of a line, without its end."""
        if not self.named:
            colon = data.find(b":", place, stop)
            until = stop if colon < 0 else colon
            self.name += data[place : min(until, place + NAME_MAX + 1 - len(self.name))]
            self.field_size += until - place
            if colon < 0:
                return
            self.named = True
            self.field_size += 1
            place = colon + 1
        if place < stop and not self.value_size and self.name and data[place : place + 1] == b" " and not self.spaced:
            self.spaced = True  # the one space after the colon belongs to the field
            self.field_size += 1
            place += 1
        if place < stop:
            self.spaced = True
            self.value += data[place : min(stop, place + VALUE_MAX - len(self.value))]
            self.value_size += stop - place

    spaced = False

    def line_ends(self, place, end):
        """Give a whole line's bytes their kinds, as far as they are known."""
        name, size = bytes(self.name), self.field_size + 1
        if not name and not self.named:
            self.block_ends(place, end)
            return
        if not name:  # a comment
            self.count(IDLE, size + self.value_size)
            self.last_kind = IDLE
        elif name == b"data":
            self.has_data = True
            self.payload += self.value_size
            self.count(PAYLOAD, self.value_size)
            self.count(FRAMING, size)
            self.framing += size
            self.last_kind = FRAMING
        else:
            self.undecided += size + self.value_size
            if name == b"event":
                self.type = bytes(self.value)
            self.last_kind = None
        self.line_begins()

    def line_begins(self):
        """Forget the line before."""
        self.name.clear()
        self.value.clear()
        self.named = self.spaced = False
        self.field_size = self.value_size = 0

    def block_ends(self, place, end):
        """Give the block's last bytes their kind and emit it, with its chunk's end where that follows at once."""
        is_heartbeat = self.has_data and self.type == HEARTBEAT
        if is_heartbeat:
            self.recount(PAYLOAD, IDLE, self.payload)
            self.recount(FRAMING, IDLE, self.framing)
            self.payload = 0
        is_event = self.has_data and not is_heartbeat
        self.last_kind = FRAMING if is_event else IDLE
        self.count(self.last_kind, self.undecided + 1)
        if is_event and self.type in (b"", b"message"):
            self.wire.messages += 1
        self.chunk_idle = not is_event and self.chunk_idle is not False
        ended = "heartbeat" if is_heartbeat else "event" if is_event else "comment", self.payload
        self.payload = self.framing = self.undecided = 0
        self.has_data, self.type = False, b""
        if self.state == self.chunk and place - self.begun == self.left:
            self.ended = ended
        else:
            self.block_emitted(place, *ended)
            if self.inside is not None:
                self.inside = self.left - (place - self.begun)

    def block_emitted(self, place, name, payload):
        """Emit a block."""
        exchange = self.emit(name, place, payload)
        if self.has_bom:
            exchange.note, self.has_bom = {"bom": True}, False

    def chunk_begins(self, size):
        """Note the chunk's line, which is idle if all in it is."""
        self.chunk_line, self.chunk_idle = size, None

    def chunk_ends(self, size, place):
        """Settle the chunk's own bytes; emit the block that ended with it."""
        if not self.streaming:
            return
        if self.chunk_idle and self.is_clean():
            self.recount(FRAMING, IDLE, self.chunk_line + size)
        if self.ended:
            ended, self.ended = self.ended, None
            self.block_emitted(place, *ended)
            self.inside = 0
