"""An event stream as it passes (HTML standard §9.2.6): fields, comments, and the blank lines that end blocks."""

import re
import time

from lab.wire.byte_kinds import FRAMING, IDLE, PAYLOAD
from lab.wire.scan.event_lines import LINE, LINE_FEED, EventLineParser
from lab.wire.scan.http import HTTPScanner
from lab.wire.scan.scanner import SMALL

# The block that the lab's server writes, whole in one piece: read at once.
EVENT = re.compile(rb"(id: ([0-9]+)\ndata: )([^\r\n]+)\n\n")
ID = re.compile(rb"[0-9]{1,19}")  # of a message
BOM = b"\xef\xbb\xbf"  # one at the very beginning is ignored, HTML §9.2.5
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
        self.lines = EventLineParser()
        self.payload = self.framing = self.undecided = 0  # bytes of the block
        self.has_data, self.type, self.id = False, b"", b""
        self.last_kind = IDLE  # of the line that ended last; None: undecided
        self.chunk_line = 0  # bytes of the line that began the chunk
        self.chunk_idle = None  # what has ended in the chunk was all idle (None: nothing has)
        self.ended = None  # the block whose end waits for its chunk's: (name, payload, id)

    def events(self, data, place, end):
        """Read content from `place` to `end`, or as much of it as one turn may; return how far that goes."""
        self.begun, is_long, begin = place, end - place > SMALL, place
        if self.bom < len(BOM):
            place = self.byte_order_mark(data, place, end)
        while place < end:
            if is_long and place > begin and time.perf_counter() > self.turn_ends:
                break
            if self.is_clean() and (event := EVENT.match(data, place, end)):
                self.id, self.payload, self.has_data = event[2], len(event[3]), True
                self.count(PAYLOAD, self.payload)
                self.undecided = len(event[1]) + 1
                place = event.end()
                self.block_ends(place, end)
                continue
            token, place = self.lines.step(data, place, end)
            if token == LINE:
                self.line_ends(place, end)
            elif token == LINE_FEED:
                self.line_feed()
        return place

    def byte_order_mark(self, data, place, end):
        """Read the stream's first bytes, which may be a BOM; return how far that goes."""
        while place < end and self.bom < len(BOM):
            if data[place] != BOM[self.bom]:  # they begin a field's name
                self.lines.read(BOM, 0, self.bom)
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
        lines = self.lines
        return not (lines.after_cr or lines.has_colon or lines.name_size or self.has_data or self.undecided)

    def line_ends(self, place, end):
        """Give a whole line's bytes their kinds, as far as they are known."""
        lines = self.lines
        name, size, value_size = bytes(lines.name), lines.field_size + 1, lines.value_size
        if not (name or lines.has_colon):
            self.block_ends(place, end)
            return
        if not name:  # a comment
            self.count(IDLE, size + value_size)
            self.last_kind = IDLE
        elif name == b"data":
            self.has_data = True
            self.payload += value_size
            self.count(PAYLOAD, value_size)
            self.count(FRAMING, size)
            self.framing += size
            self.last_kind = FRAMING
        else:
            self.undecided += size + value_size
            if name == b"event":
                self.type = bytes(lines.value)
            elif name == b"id":
                self.id = bytes(lines.value)
            self.last_kind = None
        lines.begin_line()

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
        ended = "heartbeat" if is_heartbeat else "event" if is_event else "comment", self.payload, self.id
        self.payload = self.framing = self.undecided = 0
        self.has_data, self.type, self.id = False, b"", b""
        left = self.chunks.left - (place - self.begun) if self.inside is not None else None
        if left == 0:
            self.ended = ended
        else:
            self.block_emitted(place, *ended)
            self.inside = left

    def block_emitted(self, place, name, payload, event_id):
        """Emit a block."""
        exchange = self.emit(name, place, payload)
        if ID.fullmatch(event_id):
            exchange.event_id = int(event_id)
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
