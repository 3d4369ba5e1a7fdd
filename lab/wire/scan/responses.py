"""Answers as they pass."""

from lab.wire.byte_kinds import FRAMING, HANDSHAKE, HEADERS, IDLE, PAYLOAD
from lab.wire.scan import chunked, heads, poll_pages
from lab.wire.scan.events import EventScanner
from lab.wire.scan.frames import FrameScanner


class AnswerScanner(EventScanner, FrameScanner):
    """Reads what the server answers; events in a stream of them, frames once the connection was upgraded."""

    may_begin = staticmethod(heads.may_be_answer)
    asked = read = None  # what the answer under way is to, and its head
    body_begins = 0  # bytes of the answer's exchange before its body

    def headed(self, head, data, place):
        """Find what the answer is, and what is to come of it."""
        asked = self.account.up.asked
        self.asked = asked[0] if asked else None
        self.read = read = heads.answer(head, self.asked.head.method if self.asked else "GET")
        if read is None:
            return self.give_up(data, place)
        if read.status < 200 and read.status != 101:
            self.count(HEADERS, len(head))
            self.emit("answer", place, answers=self.answers())
            return place
        if asked:
            asked.popleft()
        if read.status == 101 or (read.body == 0 and self.asked and self.asked.head.method == "CONNECT"):
            return self.upgraded(head, place)
        if not asked:
            self.account.up.decided(self.account.up.head)
        if read.is_event_stream:
            self.count(HANDSHAKE, len(head))
            self.asked_was(HANDSHAKE, but=(PAYLOAD, FRAMING))
            self.streaming = True
            self.stream_begins()
            self.emit("stream", place, answers=self.answers())
        else:
            self.count(HEADERS, len(head))
            self.body_begins = self.size + place - self.start
        return self.body(read.body, place)

    def upgraded(self, head, place):
        """Read frames from here on, or nothing where the new protocol is another."""
        self.count(HANDSHAKE, len(head))
        self.asked_was(HANDSHAKE)
        self.emit("handshake", place, answers=self.answers())
        up = self.account.up
        is_websocket = self.read.is_websocket and self.asked
        self.state = self.frame if is_websocket else self.foreign
        up.decided(up.frame if is_websocket else up.foreign)
        return place

    def content(self, data, place, end):
        """Read content of the body; return how far that goes."""
        if self.streaming:
            return self.events(data, place, end)
        self.count(PAYLOAD, end - place)
        return end

    def finish(self, place):
        """Emit the answer, once it is known whether messages are in it, and their envelope's size."""
        if self.streaming:
            self.emit("close", place)
            self.streaming, self.inside = False, None
        else:
            self.answered(place)
        self.state = self.head

    def answered(self, place):
        """Emit an answer that is whole."""
        tally, payload = self.tally, self.tally[PAYLOAD]
        is_chunked, self.inside = self.inside is not None, None
        exchange = self.emit("answer", place, payload, self.answers())
        if not self.asked or self.asked.head.method != "GET":
            return
        body = b"" if self.read.is_encoded or exchange.size > len(exchange.data) else exchange.data[self.body_begins :]
        page = poll_pages.read(chunked.content(body) if is_chunked else body) if body else None
        if self.read.status == 204 or (page and not page.messages):
            exchange.kind, exchange.payload = "empty", 0
            self.wire.empty_responses += 1
            self.move(tally, IDLE)
            self.asked_was(IDLE)
        elif page:
            envelope = payload - page.payload
            self.counts[PAYLOAD] -= envelope
            self.counts[FRAMING] += envelope
            exchange.payload = page.payload
            self.wire.messages += page.messages

    def asked_was(self, kind, but=()):
        """Make the request's bytes of a kind that only its answer told."""
        if self.asked:
            self.account.up.move(self.asked.tally, kind, but)

    def answers(self):
        """Return the id of the request that is answered."""
        return self.asked.number if self.asked else None

    def end(self):
        """Hear that nothing more comes; a body may end so."""
        if self.state == self.rest and not self.streaming and self.size:
            self.answered(0)
        super().end()
