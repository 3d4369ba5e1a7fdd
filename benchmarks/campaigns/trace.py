"""The traces: about ten seconds of one reader of each technique on a wire, with every byte's kind."""

import asyncio
import random
import string
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.generator.clients import create_client
from benchmarks.generator.schedule import instants
from benchmarks.scenarios.scenario import Scenario
from benchmarks.scenarios.settings import ComparisonError
from benchmarks.servers.process import choose_cores, run_lab
from lab.messages.errors import Refused
from lab.net import sockets
from lab.wire.byte_kinds import UP
from lab.wire.capture.capture import Capture
from lab.wire.relay.wire import Wire

SECONDS = 9.5  # about ten, with opening and closing
ROOM = "trace"
QUIET, QUIET_MAX = 0.1, 0.8  # seconds without a byte after which a wire is quiet; longest wait for that
EXCHANGES_MAX = 2_000  # of one technique; a plot cannot show more


def run(folder: Path, scenario: Scenario, techniques: list[str], seconds: float = SECONDS) -> dict[str, Any]:
    """Trace all techniques at once, with the settings of a scenario's point; return {technique: its trace}.

    A publisher, not on a wire, publishes at the rate of one room. The server's log is in `folder`/trace. A trace is

    {"seconds", "delivered": messages, "kinds": {kind of lab.wire.byte_kinds: {"up": bytes, "down": bytes}}, "passed":
     {"up", "down"}: the same bytes as the reader's kernel counts them, "exchanges": [{"at", "ends", "direction",
     "kind", "bytes"}]: the first ones, times in seconds, "left_out": the number of the others}

    A request ends with its response, a connect with the disconnect; null: not, or not yet. Raise ComparisonError if a
    client is refused.
    """
    folder = folder / "trace"
    folder.mkdir(parents=True, exist_ok=True)  # an interrupted trace may have left it
    try:
        with run_lab(folder, choose_cores()[0]) as (address, _process):
            return asyncio.run(trace(address, scenario, techniques, seconds))
    except Refused as exc:
        raise ComparisonError(f"The trace fails: {exc}") from exc


async def trace(address, scenario, techniques, seconds):
    """Open a wire for each technique, publish and read, and return the traces."""
    server, capture = urlsplit(address), Capture()
    wires = {name: Wire(name, "127.0.0.1", 0, (server.hostname, server.port), capture) for name in techniques}
    for wire in wires.values():
        await wire.open()
        wire.set_link({"delay_ms": scenario.delay_ms})
    readers = {
        name: create_client(scenario, name, "", f"http://127.0.0.1:{wire.port}", ROOM, "reader")
        for name, wire in wires.items()
    }
    publisher = create_client(scenario, techniques[0], "", address, ROOM, "publisher")
    start = time.time()
    delivered = await chat(readers, publisher, wires, scenario, start + seconds)
    await asyncio.gather(*(wire.close() for wire in wires.values()))
    duration = round(time.time() - start, 6)
    return {
        name: {
            "seconds": duration,
            "delivered": delivered[name],
            "kinds": bytes_by_kind(wire),
            "passed": kernel_bytes(readers[name]),
            **exchanges(capture.exchanges_of(name), start),
        }
        for name, wire in wires.items()
    }


async def chat(readers, publisher, wires, scenario, end):
    """Read in a thread for each reader, while the publisher publishes; return each reader's number of messages."""
    delivered: Counter[str] = Counter()
    with ThreadPoolExecutor(len(readers)) as pool:
        loop = asyncio.get_running_loop()
        reading = [loop.run_in_executor(pool, read, name, reader, delivered) for name, reader in readers.items()]
        try:
            await publish(publisher, scenario, end)
            await asyncio.gather(*map(wait_until_quiet, wires.values()))
            for reader in readers.values():
                reader.ended.set()  # no new poll begins; requests in flight may end
            await asyncio.gather(*map(wait_until_quiet, wires.values()))
        finally:
            for client in (publisher, *readers.values()):
                client.close()
            await asyncio.gather(*reading)  # here, because the wires need this loop
    return delivered


def read(name, reader, delivered):
    """Count deliveries until the reader is closed."""
    for _message in reader.messages():
        delivered[name] += 1


async def publish(publisher, scenario, end):
    """Publish at random instants until the end; it may be late, because no latency is measured here."""
    rng = random.Random(scenario.seed)
    for instant in instants(rng, scenario.rate, time.time(), scenario.arrivals) if scenario.rate else ():
        if max(instant, time.time()) >= end:
            break
        await asyncio.sleep(instant - time.time())
        text = "".join(rng.choices(string.ascii_letters, k=scenario.text_bytes))
        await asyncio.to_thread(publisher.publish, text, sent_at=instant * 1000)
    await asyncio.sleep(end - time.time())


async def wait_until_quiet(wire):
    """Wait until no byte moves on a wire, at most QUIET_MAX seconds."""
    deadline, before = time.monotonic() + QUIET_MAX, None
    while before != (before := [list(counts) for counts in wire.bytes.values()]) and time.monotonic() < deadline:
        await asyncio.sleep(min(QUIET + 2 * wire.link.delay_ms / 1000, QUIET_MAX))


def bytes_by_kind(wire):
    """Return {kind: {direction: bytes}} of everything that the wire carried."""
    counts = wire.state()["bytes"]
    return {kind: {direction: counts[direction][kind] for direction in counts} for kind in counts[UP]}


def kernel_bytes(reader):
    """Return {direction: bytes of TCP payload} as the kernel counts them on the reader's connections; None if not."""
    if not sockets.ON_LINUX:
        return {"up": None, "down": None}
    traffic = reader.reading.traffic()
    return {"up": traffic.tcp_up, "down": traffic.tcp_down}


def exchanges(captured, start):
    """Return the first exchanges of a wire and the number of the others; times are seconds since `start`."""
    ends = {exchange.answers: exchange.at for exchange in captured if exchange.answers}
    disconnected = {exchange.connection: exchange.at for exchange in captured if exchange.kind == "disconnect"}
    ends |= {exchange.id: disconnected.get(exchange.connection) for exchange in captured if exchange.kind == "connect"}

    def since_start(at):
        return None if at is None else round(at / 1000 - start, 6)

    rows = [
        {
            "at": since_start(exchange.at),
            "ends": since_start(ends.get(exchange.id)),
            "direction": exchange.direction,
            "kind": exchange.kind,
            "bytes": exchange.size,
        }
        for exchange in captured[:EXCHANGES_MAX]
    ]
    return {"exchanges": rows, "left_out": len(captured) - len(rows)}
