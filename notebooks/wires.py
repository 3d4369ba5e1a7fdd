"""Captures what readers of each technique send and receive, on a wire for each of them."""

import asyncio
import contextlib
import html
import re
import threading
import time
from importlib import import_module

from lab.techniques import TECHNIQUES
from lab.wire.byte_kinds import DOWN, UP
from lab.wire.capture.capture import Capture
from lab.wire.relay.wire import Wire

TIMEOUT = 10.0  # seconds
ARROWS = {UP: "reader → server", DOWN: "server → reader"}
EMPTY = ("connect", "disconnect")  # exchanges without bytes
LONE_CR = re.compile(r"\r(?!\n)")  # it would move the cursor back
TABLE = "width:100%;table-layout:fixed"
CELL = "text-align:left;vertical-align:top;font-family:monospace;white-space:pre-wrap;word-break:break-all"


def readable(data):
    """Return bytes as text, with hexadecimal escapes for the others."""
    text = "".join(chr(byte) if 32 <= byte < 127 or byte in b"\r\n" else f"\\x{byte:02x}" for byte in data)
    return LONE_CR.sub(r"\\x0d", text)


class Tap:
    """A reader of each technique in one room, each on its own wire."""

    def __init__(self, address, room):
        """Read the room of the lab at `address` (host, port) until `close`."""
        self.capture, self.received = Capture(), {name: threading.Event() for name in TECHNIQUES}
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.wires = {name: Wire(name, "127.0.0.1", 0, address, self.capture) for name in TECHNIQUES}
        self.readers = {}
        for name, wire in self.wires.items():
            self.wait_for(wire.open())
            self.readers[name] = import_module(f"{name}.client").Client(f"http://127.0.0.1:{wire.port}", room, after=0)
            threading.Thread(target=self.read, args=(name,), daemon=True).start()

    def wait_for(self, coroutine):
        """Run a coroutine in the wires' event loop; return its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(TIMEOUT)

    def read(self, name):
        """Note that a message was received."""
        for _message in self.readers[name].messages():
            self.received[name].set()

    def exchanges(self, name, last=0):
        """Return the exchanges on a technique's wire after the one with the id `last`."""

        async def captured():
            return [each for each in self.capture.exchanges_of(name) if each.id > last and each.kind not in EMPTY]

        return self.wait_for(captured())

    def carried(self, name):
        """Return (request, exchange) that brought a reader its first message; the request is None for push."""
        exchanges = {exchange.id: exchange for exchange in self.exchanges(name)}
        delivery = next(each for each in exchanges.values() if each.direction == DOWN and each.payload)
        return exchanges.get(delivery.answers), delivery

    def close(self):
        """Close the readers and the wires."""
        for reader in self.readers.values():
            reader.close()
        for wire in self.wires.values():
            self.wait_for(wire.close())
        self.loop.call_soon_threadsafe(self.loop.stop)


def one_message(address, room, publish):
    """Return {technique: (request or None, exchange)} that brought one message, published while all waited."""
    with contextlib.closing(Tap(address, room)) as tap:
        time.sleep(0.5)  # to connect
        publish()
        for name, received in tap.received.items():
            if not received.wait(TIMEOUT):
                raise TimeoutError(f"{name} received nothing.")
        return {name: tap.carried(name) for name in TECHNIQUES}


def silence(address, room, seconds):
    """Return {technique: (exchanges in so many seconds without messages, bytes of TCP payload, at IP level)}."""
    with contextlib.closing(Tap(address, room)) as tap:
        time.sleep(1.1)  # to connect, and for the first poll
        last = tap.capture.last_id
        before = {name: reader.reading.traffic() for name, reader in tap.readers.items()}
        time.sleep(seconds)
        traffic = {name: reader.reading.traffic() - before[name] for name, reader in tap.readers.items()}
        return {
            name: (tap.exchanges(name, last), counts.tcp_up + counts.tcp_down, counts.ip_up + counts.ip_down)
            for name, counts in traffic.items()
        }


class SideBySide:
    """Exchanges of several techniques side by side: what each reader sends, what the server sends."""

    def __init__(self, exchanges):
        """Show {technique: exchanges}, the first one of each direction."""
        self.shown = {
            import_module(name).TITLE: {
                direction: next((one for one in several if one and one.direction == direction), None)
                for direction in ARROWS
            }
            for name, several in exchanges.items()
        }

    def _repr_html_(self):
        heads = "".join(f"<th style='text-align:left'>{html.escape(title)}</th>" for title in self.shown)
        rows = "".join(f"<tr><th>{arrow}</th>{self.cells(direction)}</tr>" for direction, arrow in ARROWS.items())
        return f"<table style='{TABLE}'><tr><th style='width:9%'></th>{heads}</tr>{rows}</table>"

    def cells(self, direction):
        """Return the cells of a row, which is a direction."""
        texts = (self.text(pair[direction], html.escape, "<br>") for pair in self.shown.values())
        return "".join(f"<td style='{CELL}'>{text}</td>" for text in texts)

    def __repr__(self):
        blocks = [
            f"{title}, {ARROWS[direction]}: {self.text(pair[direction])}"
            for title, pair in self.shown.items()
            for direction in ARROWS
        ]
        return "\n\n".join(blocks)

    def text(self, exchange, escape=str, end="\n"):
        """Return the size and bytes of an exchange, or “nothing”."""
        if exchange is None:
            return "nothing"
        text = escape(readable(exchange.data)).replace("\r\n", "\n").rstrip("\n").replace("\n", end)
        return f"<b>{exchange.size:,} bytes</b>{end}{text}" if end != "\n" else f"{exchange.size:,} bytes\n{text}"
