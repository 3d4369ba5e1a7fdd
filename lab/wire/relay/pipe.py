"""One direction of one connection: bytes wait for the rate limiter, then for the delay, and come out in order."""

import random
import time
from collections import deque
from contextlib import suppress
from typing import Any

END, RESET = "end", "reset"  # how a stream of bytes ends: by FIN, by RST


class Pipe:
    """Carries bytes from one transport to another, over the link.

    `source` is paused while the pipe holds more than the link's window, and while the wire is frozen. So the memory is
    bounded by the window and one read, and a slow reader slows its writer down.
    """

    def __init__(self, wire, direction, limiter, on_delivered, on_end, open_at):
        """Carry bytes of `wire` in `direction`.

        `on_delivered(data, seconds)` is called for bytes that came out, with their time in the pipe, and `on_end(how)`
        with END or RESET. Nothing enters the link before the simulated handshake ends, at the monotonic time `open_at`.
        """
        self.wire, self.direction, self.limiter = wire, direction, limiter
        self.on_delivered, self.on_end, self.open_at = on_delivered, on_end, open_at
        self.source: Any = None  # transports
        self.sink: Any = None
        self.queued: deque[tuple[memoryview | str, float]] = deque()  # (data, arrival) before the rate limiter
        self.in_flight: deque[list] = deque()  # [due, data, arrival]
        self.size = 0  # bytes in both
        self.last_due = 0.0
        self.writing_paused = False  # the sink's buffer is full
        self.reading_paused = self.closed = False
        self.scan_behind = False  # the scan has a backlog
        self.timer = None

    def push(self, data):
        """Take what was read: bytes, END or RESET."""
        if self.closed:
            return
        wire = self.wire
        is_bytes = not isinstance(data, str)
        if wire.direct and is_bytes and self.sink and not (self.writing_paused or self.in_flight or self.queued):
            self.sink.write(data)
            self.on_delivered(data, 0.0)
            return
        now = time.monotonic()
        if is_bytes:
            self.add_size(len(data))
        if self.limiter.rate or self.queued:
            self.queued.append((memoryview(data) if is_bytes else data, now))  # a memoryview is split without a copy
            self.limiter.join(self)
        else:
            self.delay(data, now, now)
        if self.size > wire.window(self.direction):
            self.pause()

    def add_size(self, size):
        """Count `size` more bytes in this pipe and in all pipes of the process."""
        self.size += size
        self.wire.shared.piped_bytes += size

    def release(self, maximum, at, rate):
        """Release up to `maximum` queued bytes, from the monotonic time `at` on; return how many."""
        data, arrival = self.queued.popleft()
        if isinstance(data, str):
            self.delay(data, at, arrival)
            return 0
        if len(data) > maximum:
            self.queued.appendleft((data[maximum:], arrival))
            data = data[:maximum]
        self.delay(bytes(data), at + len(data) / rate, arrival)
        return len(data)

    def delay(self, data, departure, arrival):
        """Keep `data` in flight for the link's delay, in order."""
        link = self.wire.link
        delay = link.delay_ms + (random.uniform(0, link.jitter_ms) if link.jitter_ms else 0)
        due = max(self.last_due, max(departure, self.open_at) + delay / 1000)
        self.last_due = due
        self.in_flight.append([due, data, arrival])
        if self.timer is None:
            self.deliver()

    def deliver(self):
        """Write what is due, unless the wire is frozen or the reader is slow."""
        if self.timer:
            self.timer.cancel()
            self.timer = None
        while self.in_flight and self.sink and not (self.writing_paused or self.closed or self.wire.frozen):
            now = time.monotonic()
            due, data, arrival = self.in_flight[0]
            if due > now:
                self.timer = self.wire.loop.call_later(due - now, self.deliver)
                break
            self.in_flight.popleft()
            if isinstance(data, str):
                self.on_end(data)
            else:
                self.add_size(-len(data))
                self.sink.write(data)
                self.on_delivered(data, now - arrival)
        if self.reading_paused:
            self.resume()

    def pause(self):
        """Stop reading from the source."""
        if not self.reading_paused and self.source and not self.source.is_closing():
            with suppress(RuntimeError):  # uvloop has closed it after an error, and not yet called connection_lost
                self.source.pause_reading()
            self.reading_paused = True

    def resume(self):
        """Read from the source again, if there is room and nothing else forbids it."""
        has_room = self.size <= self.wire.window(self.direction) // 2
        if self.reading_paused and has_room and not (self.wire.frozen or self.scan_behind):
            self.reading_paused = False
            if not self.source.is_closing():
                with suppress(RuntimeError):
                    self.source.resume_reading()

    def update(self, limiter):
        """Apply a change of the link: a shorter delay holds for bytes in flight too; queued bytes go to `limiter`."""
        self.limiter.leave(self)
        self.limiter = limiter
        latest = time.monotonic() + (self.wire.link.delay_ms + self.wire.link.jitter_ms) / 1000
        for entry in self.in_flight:
            entry[0] = min(entry[0], latest)
        self.last_due = min(self.last_due, latest)
        if self.queued and limiter.rate:
            limiter.join(self)
        while self.queued and not limiter.rate:
            data, arrival = self.queued.popleft()
            self.delay(data if isinstance(data, str) else bytes(data), time.monotonic(), arrival)
        if self.wire.frozen or self.size > self.wire.window(self.direction):
            self.pause()
        self.deliver()

    def close(self):
        """Drop what is in the pipe and what will come."""
        self.closed = True
        self.limiter.leave(self)
        self.queued.clear()
        self.in_flight.clear()
        self.add_size(-self.size)
        if self.timer:
            self.timer.cancel()
            self.timer = None
