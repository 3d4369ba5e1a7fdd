"""One direction of one connection: bytes wait for the rate, fly for the delay, and come out in order."""

import random
import time
from collections import deque
from contextlib import suppress

END, RESET = "end", "reset"  # what may follow the bytes: FIN, RST


class Pipe:
    """Carries what one end's transport reads to the other end's.

    `source` is paused while more than the link's window is inside, or while the wire is frozen; so memory is
    bounded by the window and one read, and a slow reader slows its writer down.
    """

    def __init__(self, wire, direction, lane, carried, ended, open_at):
        """Carry on `wire` in `direction`.

        `carried(data, seconds)` hears of bytes that came out, with their time inside; `ended(how)` of END or RESET;
        nothing flies before `open_at` (monotonic clock), when the handshake is over.
        """
        self.wire, self.direction, self.lane = wire, direction, lane
        self.carried, self.ended, self.open_at = carried, ended, open_at
        self.source = self.sink = None  # transports
        self.waiting = deque()  # (data, when it came) before the lane
        self.flying = deque()  # [due, data, when it came]
        self.held = 0  # bytes in both
        self.last_due = 0.0
        self.stalled = self.closed = self.paused = False
        self.behind = False  # the account has not yet read what came
        self.timer = None

    def push(self, data):
        """Take in what was read: bytes, END or RESET."""
        if self.closed:
            return
        wire = self.wire
        is_bytes = not isinstance(data, str)
        if wire.direct and is_bytes and self.sink and not (self.stalled or self.flying or self.waiting):
            self.sink.write(data)
            self.carried(data, 0.0)
            return
        now = time.monotonic()
        if is_bytes:
            self.hold(len(data))
        if self.lane.rate or self.waiting:
            self.waiting.append((memoryview(data) if is_bytes else data, now))  # cut up without copying the rest
            self.lane.join(self)
        else:
            self.fly(data, now, now)
        if self.held > wire.window(self.direction):
            self.pause()

    def hold(self, size):
        """Count so many bytes more inside this pipe, and in all links of the process."""
        self.held += size
        self.wire.capture.in_links += size

    def depart(self, most, at, rate):
        """Let up to `most` bytes go, the first at the instant `at`; return how many."""
        data, came = self.waiting.popleft()
        if isinstance(data, str):
            self.fly(data, at, came)
            return 0
        if len(data) > most:
            self.waiting.appendleft((data[most:], came))
            data = data[:most]
        self.fly(bytes(data), at + len(data) / rate, came)
        return len(data)

    def fly(self, data, departed, came):
        """Give `data` the link's delay; never let it overtake."""
        link = self.wire.link
        delay = link.delay_ms + (random.uniform(0, link.jitter_ms) if link.jitter_ms else 0)
        due = max(self.last_due, max(departed, self.open_at) + delay / 1000)
        self.last_due = due
        self.flying.append([due, data, came])
        if self.timer is None:
            self.pump()

    def pump(self):
        """Write what is due, unless the wire is frozen or the reader slow."""
        if self.timer:
            self.timer.cancel()
            self.timer = None
        while self.flying and self.sink and not (self.stalled or self.closed or self.wire.frozen):
            now = time.monotonic()
            due, data, came = self.flying[0]
            if due > now:
                self.timer = self.wire.loop.call_later(due - now, self.pump)
                break
            self.flying.popleft()
            if isinstance(data, str):
                self.ended(data)
            else:
                self.hold(-len(data))
                self.sink.write(data)
                self.carried(data, now - came)
        if self.paused:
            self.resume()

    def pause(self):
        """Read no more."""
        if not self.paused and self.source and not self.source.is_closing():
            with suppress(RuntimeError):  # uvloop closed it after an error that it has not told yet
                self.source.pause_reading()
            self.paused = True

    def resume(self):
        """Read again, where there is room and nothing is frozen."""
        if self.paused and not (self.wire.frozen or self.behind) and self.held <= self.wire.window(self.direction) // 2:
            self.paused = False
            if not self.source.is_closing():
                with suppress(RuntimeError):
                    self.source.resume_reading()

    def relink(self, lane):
        """Follow a change of the link: what flies arrives by the new delay at the latest, what waits does in `lane`."""
        self.lane.leave(self)
        self.lane = lane
        latest = time.monotonic() + (self.wire.link.delay_ms + self.wire.link.jitter_ms) / 1000
        for entry in self.flying:
            entry[0] = min(entry[0], latest)
        self.last_due = min(self.last_due, latest)
        if self.waiting and lane.rate:
            lane.join(self)
        while self.waiting and not lane.rate:
            data, came = self.waiting.popleft()
            self.fly(data if isinstance(data, str) else bytes(data), time.monotonic(), came)
        if self.wire.frozen or self.held > self.wire.window(self.direction):
            self.pause()
        self.pump()

    def close(self):
        """Drop what is inside, and whatever comes."""
        self.closed = True
        self.lane.leave(self)
        self.waiting.clear()
        self.flying.clear()
        self.hold(-self.held)
        if self.timer:
            self.timer.cancel()
            self.timer = None
