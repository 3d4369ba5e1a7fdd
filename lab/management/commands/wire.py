"""manage.py wire: put an instrumented relay before any server."""

import re

from django.core.management.base import BaseCommand, CommandError

from lab.messages.invisible import escaped
from lab.net.system import StartError
from lab.wire import process

HOST = re.compile(r"[^\s/@?#:\[\]]+|\[[0-9A-Fa-f:.]+(%\w+)?\]|[0-9A-Fa-f:.]+")  # a name, or an address of IP
DIGITS = re.compile(r"[0-9]{1,5}")


class Command(BaseCommand):
    """Run wires to one server."""

    help = "Put a relay before a server: it delays, cuts and slows down, and counts and shows every byte."

    def add_arguments(self, parser):
        """Name the options."""
        parser.add_argument("--to", default="127.0.0.1:8000", help="HOST:PORT of the server (default: %(default)s)")
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8100, help="the first wire's, 0: any (default: %(default)s)")
        parser.add_argument("--names", default="wire", help="one wire for each, with commas, on consecutive ports")
        parser.add_argument("--control-host", default="127.0.0.1", help="0.0.0.0 for other machines; they need a token")
        parser.add_argument("--control-port", type=int, default=8099, help="its port, 0: any (default: %(default)s)")
        parser.add_argument("--origin", action="append", default=[], help="origin of a page that may use the control")
        parser.add_argument("--seed", help="seed of random faults, to repeat them")

    def handle(self, *, to, host, port, names, control_host, control_port, origin, seed, **options):
        """Relay until a signal comes."""
        names = names.split(",")
        if not all(names) or len(set(names)) < len(names) or "all" in names or any("/" in name for name in names):
            raise CommandError("--names: different names with commas between them, without a slash; not `all`.")
        wires = {name: port and port + place for place, name in enumerate(names)}
        try:
            process.main(
                wires=wires, target=target(to), host=host, control_host=control_host, control_port=control_port,
                origins=origin, seed=seed, announce=self.announce,
            )  # fmt: skip
        except StartError as exc:
            raise CommandError(str(exc)) from exc

    def announce(self, sentence):
        """Print an address at once."""
        self.stdout.write(escaped(sentence))
        self.stdout.flush()


def target(text):
    """Return (host, port) of "HOST:PORT"; raise CommandError if it is anything else."""
    if text.lower().startswith("https:"):
        raise CommandError("--to: https:// is not supported; give HOST:PORT of a server with plain HTTP.")
    host, _colon, port = text.rpartition(":")
    if not HOST.fullmatch(host) or not DIGITS.fullmatch(port) or not 0 < int(port) < 65_536:
        raise CommandError("--to: HOST:PORT of the server, without http://.")
    return host.strip("[]"), int(port)
