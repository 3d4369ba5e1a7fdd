"""Scanner for event streams (HTML §9.2.6): fields, comments, and the blank lines that end blocks."""

import re
import time

from lab.wire.byte_kinds import FRAMING, IDLE, PAYLOAD
from lab.wire.scan.event_lines import LINE, LINE_FEED, EventLineParser
from lab.wire.scan.http import HTTPScanner
from lab.wire.scan.scanner import SMALL

# Fast path: the block that the lab's server writes, complete in one piece.
EVENT = re.compile(rb"(id: ([0-9]+)\ndata: )([^\r\n]+)\n\n")
MESSAGE_ID = re.compile(rb"[0-9]{1,19}")
BOM = b"\xef\xbb\xbf"  # ignored once, at the beginning of a stream, HTML §9.2.5
HEARTBEAT = b"heartbeat"  # type of an event without a message


class EventScanner(HTTPScanner):
    """Scans the content of an event stream, chunked or not, while `in_event_stream` is set.

    A block with data is an event: the values of its data fields are payload, its other bytes are framing. Comments,
    heartbeats and blocks without data are idle, and so is the framing of chunks in which nothing else ends.
    """

    in_event_stream = False
    has_bom = False  # the next block to emit begins with a BOM

    def __init__(self, connection, direction):
        super().__init__(connection, direction)
        self.begin_stream()

    def begin_stream(self):
        """Prepare for a new event stream."""
        self.content_start = 0  # where in the current piece the content begins
        self.bom_size = 0  # bytes of the BOM that have come; all of them when it is known whether there is a BOM
        self.lines = EventLineParser()
        self.block_payload = self.block_framing = 0  # bytes of the block
        self.undecided = 0  # bytes of the block whose kind depends on whether it has data
        self.has_data, self.event_type, self.event_id = False, b"", b""
        self.line_kind: int | None = IDLE  # of the line that ended last; None: undecided
        self.size_line = 0  # bytes of the line with the size of the current chunk
        self.chunk_is_idle: bool | None = None  # whether all blocks that ended in the chunk are idle; None: none ended
        self.delayed_block: tuple[str, int, bytes] | None = None  # emitted with the end of its chunk

    def scan_events(self, data, place, end):
        """Scan content from `place` to `end`, or as much as fits into the time slice; return where scanning stopped."""
        self.content_start, is_long, start = place, end - place > SMALL, place
        if self.bom_size < len(BOM):
            place = self.scan_bom(data, place, end)
        while place < end:
            if is_long and place > start and time.perf_counter() > self.turn_ends:
                break
            if self.at_block_start() and (event := EVENT.match(data, place, end)):
                self.event_id, self.block_payload, self.has_data = event[2], len(event[3]), True
                self.count(PAYLOAD, self.block_payload)
                self.undecided = len(event[1]) + 1
                place = event.end()
                self.end_block(place)
                continue
            token, place = self.lines.step(data, place, end)
            if token == LINE:
                self.end_line(place)
            elif token == LINE_FEED:
                self.count_line_feed()
        return place

    def scan_bom(self, data, place, end):
        """Scan the first bytes of a stream, which may be a BOM; return where scanning stopped."""
        while place < end and self.bom_size < len(BOM):
            if data[place] != BOM[self.bom_size]:  # the bytes so far begin the name of a field
                self.lines.read(BOM, 0, self.bom_size)
                self.bom_size = len(BOM)
                return place
            self.bom_size += 1
            place += 1
        if self.bom_size == len(BOM):
            self.undecided += len(BOM)
            self.has_bom = True
        return place

    def count_line_feed(self):
        """Count the LF of a CRLF as the kind of its line."""
        if self.line_kind is None:
            self.undecided += 1
            return
        self.count(self.line_kind, 1)
        if self.has_data and self.line_kind == FRAMING:
            self.block_framing += 1

    def at_block_start(self):
        """Return whether a block begins here."""
        lines = self.lines
        return not (lines.after_cr or lines.has_colon or lines.name_size or self.has_data or self.undecided)

    def end_line(self, place):
        """Count the bytes of a line, as far as their kinds are known; a blank line ends the block."""
        lines = self.lines
        name, size, value_size = bytes(lines.name), lines.field_size + 1, lines.value_size
        if not (name or lines.has_colon):
            self.end_block(place)
            return
        if not name:  # a comment
            self.count(IDLE, size + value_size)
            self.line_kind = IDLE
        elif name == b"data":
            self.has_data = True
            self.block_payload += value_size
            self.count(PAYLOAD, value_size)
            self.count(FRAMING, size)
            self.block_framing += size
            self.line_kind = FRAMING
        else:
            self.undecided += size + value_size
            if name == b"event":
                self.event_type = bytes(lines.value)
            elif name == b"id":
                self.event_id = bytes(lines.value)
            self.line_kind = None
        lines.begin_line()

    def end_block(self, place):
        """Count the undecided bytes of a block; emit it, with the end of its chunk if that follows at once."""
        is_heartbeat = self.has_data and self.event_type == HEARTBEAT
        if is_heartbeat:
            self.recount(PAYLOAD, IDLE, self.block_payload)
            self.recount(FRAMING, IDLE, self.block_framing)
            self.block_payload = 0
        is_event = self.has_data and not is_heartbeat
        self.line_kind = FRAMING if is_event else IDLE
        self.count(self.line_kind, self.undecided + 1)
        if is_event and self.event_type in (b"", b"message"):
            self.wire.messages += 1
        self.chunk_is_idle = not is_event and self.chunk_is_idle is not False
        kind = "heartbeat" if is_heartbeat else "event" if is_event else "comment"
        block = kind, self.block_payload, self.event_id
        self.block_payload = self.block_framing = self.undecided = 0
        self.has_data, self.event_type, self.event_id = False, b"", b""
        left = self.chunks.left - (place - self.content_start) if self.chunk_left is not None else None
        if left == 0:
            self.delayed_block = block
        else:
            self.emit_block(place, *block)
            self.chunk_left = left

    def emit_block(self, place, kind, payload, event_id):
        """Emit a block."""
        exchange = self.emit(kind, place, payload)
        if MESSAGE_ID.fullmatch(event_id):
            exchange.event_id = int(event_id)
        if self.has_bom:
            exchange.note, self.has_bom = {"bom": True}, False

    def on_chunk_begin(self, size):
        """Remember the chunk's size line, which is idle if the chunk is."""
        self.size_line, self.chunk_is_idle = size, None

    def on_chunk_end(self, size, place):
        """Decide the kind of the chunk's framing; emit the block that ended with it."""
        if not self.in_event_stream:
            return
        if self.chunk_is_idle and self.at_block_start():
            self.recount(FRAMING, IDLE, self.size_line + size)
        if self.delayed_block:
            block, self.delayed_block = self.delayed_block, None
            self.emit_block(place, *block)
            self.chunk_left = 0
