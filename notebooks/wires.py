"""What each technique says and hears: a wire before the lab for each reader, which keeps every byte that passes."""

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

PATIENCE = 10.0  # seconds
ARROWS = {UP: "reader → server", DOWN: "server → reader"}
SILENT = ("connect", "disconnect")  # exchanges without a byte
ALONE = re.compile(r"\r(?!\n)")  # it would take the cursor back over what is printed already
TABLE = "width:100%;table-layout:fixed"
CELL = "text-align:left;vertical-align:top;font-family:monospace;white-space:pre-wrap;word-break:break-all"


def readable(data):
    """Return bytes as text, and as hexadecimal escapes those that are none."""
    text = "".join(chr(byte) if 32 <= byte < 127 or byte in b"\r\n" else f"\\x{byte:02x}" for byte in data)
    return ALONE.sub(r"\\x0d", text)


class Tap:
    """A reader of each technique in one room, each on a wire of its own."""

    def __init__(self, address, room):
        """Let them read the room of the lab at `address` (host, port) until `close`."""
        self.capture, self.heard = Capture(), {name: threading.Event() for name in TECHNIQUES}
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.wires = {name: Wire(name, "127.0.0.1", 0, address, self.capture) for name in TECHNIQUES}
        self.readers = {}
        for name, wire in self.wires.items():
            self.wait_for(wire.open())
            self.readers[name] = import_module(f"{name}.client").Client(f"http://127.0.0.1:{wire.port}", room, after=0)
            threading.Thread(target=self.read, args=(name,), daemon=True).start()

    def wait_for(self, coroutine):
        """Run a coroutine where the wires live; return what it does."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE)

    def read(self, name):
        """Note that something was heard."""
        for _message in self.readers[name].messages():
            self.heard[name].set()

    def exchanges(self, name, last=0):
        """Return what passed a technique's wire after the exchange with the id `last`."""

        async def kept():
            return [each for each in self.capture.exchanges_of(name) if each.id > last and each.kind not in SILENT]

        return self.wait_for(kept())

    def carried(self, name):
        """Return (the request, the exchange) that brought a reader its first message; without a request, None."""
        found = {exchange.id: exchange for exchange in self.exchanges(name)}
        bringing = next(each for each in found.values() if each.direction == DOWN and each.payload)
        return found.get(bringing.answers), bringing

    def close(self):
        """Let the readers go, and take the wires away."""
        for reader in self.readers.values():
            reader.close()
        for wire in self.wires.values():
            self.wait_for(wire.close())
        self.loop.call_soon_threadsafe(self.loop.stop)


def one_message(address, room, publish):
    """Return {technique: (request or None, exchange)} that brought one message, said while all were waiting."""
    with contextlib.closing(Tap(address, room)) as tap:
        time.sleep(0.5)  # they open
        publish()
        for name, heard in tap.heard.items():
            if not heard.wait(PATIENCE):
                raise TimeoutError(f"Nothing was heard by {name}.")
        return {name: tap.carried(name) for name in TECHNIQUES}


def silence(address, room, seconds):
    """Return {technique: (what passed in so many seconds of silence, its bytes of TCP payload, at IP level)}."""
    with contextlib.closing(Tap(address, room)) as tap:
        time.sleep(1.1)  # they open, and each poller asks a first time
        last = tap.capture.last_id
        before = {name: reader.reading.traffic() for name, reader in tap.readers.items()}
        time.sleep(seconds)
        after = {name: reader.reading.traffic() - before[name] for name, reader in tap.readers.items()}
        return {
            name: (tap.exchanges(name, last), passed.tcp_up + passed.tcp_down, passed.ip_up + passed.ip_down)
            for name, passed in after.items()
        }


class Beside:
    """Exchanges of several techniques, shown side by side: what its reader says, what the server says."""

    def __init__(self, exchanges):
        """Show {technique: exchanges}, of each direction the first."""
        self.shown = {
            import_module(name).TITLE: {way: next((e for e in its if e and e.direction == way), None) for way in ARROWS}
            for name, its in exchanges.items()
        }

    def _repr_html_(self):
        heads = "".join(f"<th style='text-align:left'>{html.escape(title)}</th>" for title in self.shown)
        rows = "".join(f"<tr><th>{arrow}</th>{self.cells(way)}</tr>" for way, arrow in ARROWS.items())
        return f"<table style='{TABLE}'><tr><th style='width:9%'></th>{heads}</tr>{rows}</table>"

    def cells(self, way):
        """Return the cells of a row, a direction."""
        texts = (self.words(pair[way], html.escape, "<br>") for pair in self.shown.values())
        return "".join(f"<td style='{CELL}'>{text}</td>" for text in texts)

    def __repr__(self):
        blocks = [
            f"{title}, {ARROWS[way]}: {self.words(pair[way])}" for title, pair in self.shown.items() for way in ARROWS
        ]
        return "\n\n".join(blocks)

    def words(self, exchange, escape=str, end="\n"):
        """Return an exchange's size and bytes, or that there is none."""
        if exchange is None:
            return "nothing"
        text = escape(readable(exchange.data)).replace("\r\n", "\n").rstrip("\n").replace("\n", end)
        return f"<b>{exchange.size:,} bytes</b>{end}{text}" if end != "\n" else f"{exchange.size:,} bytes\n{text}"
