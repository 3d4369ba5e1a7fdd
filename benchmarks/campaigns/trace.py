"""The trace: one reader of each technique on the lab's own wire for about ten seconds, every byte of a kind."""

import asyncio
import random
import string
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from benchmarks.generator.clients import client
from benchmarks.generator.measures import instants
from benchmarks.scenarios.settings import CannotCompare
from benchmarks.servers.process import cores, serving
from lab.messages.errors import Refused
from lab.wire.byte_kinds import UP
from lab.wire.capture.capture import Capture
from lab.wire.relay.wire import Wire

SECONDS = 9.5  # with what it takes to begin and to end, about ten
ROOM = "trace"
QUIET, QUIET_MAX = 0.1, 0.8  # seconds without a byte after which a wire is still; seconds to wait for that
EXCHANGES_MAX = 2_000  # of one technique; more cannot be told apart in a plot


def run(folder, scenario, techniques, seconds=SECONDS):
    """Trace all techniques at once, with the settings of a scenario's point; return {technique: what passed}.

    A publisher past the wires speaks at the rate of one room. The server's log lies in `folder`/trace. What passed is

    {"seconds", "delivered": messages, "kinds": {kind of lab.wire.byte_kinds: {"up": bytes, "down": bytes}}, all that
     passed; "passed": {"up", "down"}: the same bytes, by the reader's own kernel; "exchanges": [{"at", "ends",
     "direction", "kind", "bytes"}]: the first of them, in seconds; a request ends with its answer, a connect with the
     disconnect; null: not, or not yet; "left_out": how many exchanges more there were}

    Raises CannotCompare where a client is refused.
    """
    place = folder / "trace"
    place.mkdir(parents=True, exist_ok=True)  # an interrupted one may have left it
    try:
        with serving(place, cores()[0]) as (address, _process):
            return asyncio.run(traced(address, scenario, techniques, seconds))
    except Refused as exc:
        raise CannotCompare(f"The trace fails: {exc}") from exc


async def traced(address, scenario, techniques, seconds):
    """Lay a wire for each technique, let everybody talk over them, and tell what passed."""
    server, capture = urlsplit(address), Capture()
    wires = {name: Wire(name, "127.0.0.1", 0, (server.hostname, server.port), capture) for name in techniques}
    for wire in wires.values():
        await wire.open()
        wire.set_link({"delay_ms": scenario.delay_ms})
    readers = {
        name: client(scenario, name, "", f"http://127.0.0.1:{wire.port}", ROOM, "reader")
        for name, wire in wires.items()
    }
    publisher = client(scenario, techniques[0], "", address, ROOM, "publisher")
    begun = time.time()
    delivered = await talk(readers, publisher, wires, scenario, begun + seconds)
    await asyncio.gather(*(wire.close() for wire in wires.values()))
    taken = round(time.time() - begun, 6)
    return {
        name: {"seconds": taken, "delivered": delivered[name], "kinds": kinds(wire), "passed": passed(readers[name])}
        | exchanges(capture.exchanges_of(name), begun)
        for name, wire in wires.items()
    }


async def talk(readers, publisher, wires, scenario, end):
    """Let the readers read, each in a thread, while the publisher publishes; return how many messages each got."""
    delivered = Counter()
    with ThreadPoolExecutor(len(readers)) as pool:
        loop = asyncio.get_running_loop()
        reading = [loop.run_in_executor(pool, read, name, reader, delivered) for name, reader in readers.items()]
        try:
            await publish(publisher, scenario, end)
            await asyncio.gather(*map(still, wires.values()))
            for reader in readers.values():
                reader.ended.set()  # no poll begins any more; what is under way ends in peace
            await asyncio.gather(*map(still, wires.values()))
        finally:
            for one in (publisher, *readers.values()):
                one.close()
            await asyncio.gather(*reading)  # here, as the wires live in this loop
    return delivered


def read(name, reader, delivered):
    """Count what is delivered until the reader is closed."""
    for _message in reader.messages():
        delivered[name] += 1


async def publish(publisher, scenario, end):
    """Publish at random instants until the end, late where the server is slow: this measures no latency."""
    rng = random.Random(scenario.seed)
    for instant in instants(rng, scenario.rate, time.time(), scenario.arrivals) if scenario.rate else ():
        if max(instant, time.time()) >= end:
            break
        await asyncio.sleep(instant - time.time())
        text = "".join(rng.choices(string.ascii_letters, k=scenario.text_bytes))
        await asyncio.to_thread(publisher.publish, text, sent_at=instant * 1000)
    await asyncio.sleep(end - time.time())


async def still(wire):
    """Wait until nothing is under way on a wire; not for ever."""
    deadline, before = time.monotonic() + QUIET_MAX, None
    while before != (before := [list(counts) for counts in wire.bytes.values()]) and time.monotonic() < deadline:
        await asyncio.sleep(min(QUIET + 2 * wire.link.delay_ms / 1000, QUIET_MAX))


def kinds(wire):
    """Return {kind: {direction: bytes}} of all that passed."""
    counts = wire.state()["bytes"]
    return {kind: {direction: counts[direction][kind] for direction in counts} for kind in counts[UP]}


def passed(reader):
    """Return {direction: bytes of TCP payload} by the kernel's count of the reader's connections."""
    traffic = reader.reading.traffic()
    return {"up": traffic.tcp_up, "down": traffic.tcp_down}


def exchanges(kept, begun):
    """Return the first exchanges of a wire and how many are left out, times in seconds since it all begun."""
    ends = {exchange.answers: exchange.at for exchange in kept if exchange.answers}
    gone = {exchange.connection: exchange.at for exchange in kept if exchange.kind == "disconnect"}
    ends |= {exchange.id: gone.get(exchange.connection) for exchange in kept if exchange.kind == "connect"}

    def since(at):
        return None if at is None else round(at / 1000 - begun, 6)

    told = [
        {
            "at": since(exchange.at),
            "ends": since(ends.get(exchange.id)),
            "direction": exchange.direction,
            "kind": exchange.kind,
            "bytes": exchange.size,
        }
        for exchange in kept[:EXCHANGES_MAX]
    ]
    return {"exchanges": told, "left_out": len(kept) - len(told)}
