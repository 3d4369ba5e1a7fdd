"""Rate limiter: the connections of a link take turns, so that each gets its share of the rate."""

import time
from asyncio import AbstractEventLoop, TimerHandle
from collections import deque

SEGMENT = 1448  # bytes of payload in a TCP segment on Ethernet
QUANTUM = 0.02  # seconds of the rate that a connection may use in one turn


class RateLimiter:
    """Lets the pipes that have joined release their bytes at `rate` bytes per second together; 0: without a limit."""

    def __init__(self, loop: AbstractEventLoop, rate: float = 0, quantum: float = QUANTUM, least: int = SEGMENT):
        """Give each pipe `quantum` seconds of the rate in its turn, and at least `least` bytes."""
        self.loop, self.rate, self.quantum, self.least = loop, rate, quantum, least
        self.free_at = 0.0  # monotonic time at which the last byte released has left
        self.pipes: deque = deque()  # those with queued bytes, the next one first
        self.timer: TimerHandle | None = None

    def join(self, pipe) -> None:
        """Let a pipe with queued bytes take its turns."""
        if pipe in self.pipes:
            return
        if not self.pipes:
            self.free_at = max(self.free_at, time.monotonic())
        self.pipes.append(pipe)
        if self.timer is None:
            self.release()

    def release(self) -> None:
        """Release what may leave by now, one turn of a pipe after the other."""
        self.timer = None
        while self.pipes:
            wait = self.free_at - time.monotonic()
            if wait > 0:
                self.timer = self.loop.call_later(wait, self.release)
                return
            pipe = self.pipes.popleft()
            if pipe.limiter is not self or not self.rate or not pipe.queued:
                continue
            # From the time at which the last byte left, not from now, so that a late timer costs no rate.
            size = pipe.release(max(self.least, int(self.rate * self.quantum)), self.free_at, self.rate)
            self.free_at += size / self.rate
            if pipe.queued:
                self.pipes.append(pipe)

    def set_rate(self, rate: float) -> None:
        """Change the rate from the next turn on."""
        if rate == self.rate:
            return
        self.rate = rate
        if self.timer:
            self.timer.cancel()
        self.free_at = min(self.free_at, time.monotonic() + (self.least / rate if rate else 0))
        self.release()

    def leave(self, pipe) -> None:
        """Let a pipe take no more turns."""
        if pipe in self.pipes:
            self.pipes.remove(pipe)
