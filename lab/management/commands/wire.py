"""manage.py wire: put an instrumented relay before any server."""

import re

from django.core.management.base import BaseCommand, CommandError

from lab.messages.invisible import escaped
from lab.wire import process

HOST = re.compile(r"[^\s/@?#:\[\]]+|\[[0-9A-Fa-f:.]+(%\w+)?\]|[0-9A-Fa-f:.]+")  # a name, or an address of IP
DIGITS = re.compile(r"[0-9]{1,5}")


class Command(BaseCommand):
    """Lay wires to one server."""

    help = "Put an instrumented relay before a server: delays, rates, faults, and every byte counted and shown."

    def add_arguments(self, parser):
        """Name the options."""
        parser.add_argument("--to", default="127.0.0.1:8000", help="HOST:PORT of the server (default: %(default)s)")
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8100, help="of the first wire, 0: any (default: %(default)s)")
        parser.add_argument("--names", default="wire", help="one wire for each, by commas, on consecutive ports")
        parser.add_argument("--control-host", default="127.0.0.1", help="for other machines: 0.0.0.0, with a token")
        parser.add_argument("--control-port", type=int, default=8099, help="0: any (default: %(default)s)")
        parser.add_argument("--origin", action="append", default=[], help="of a page that may use the control")
        parser.add_argument("--seed", help="makes faults by chance the same again")

    def handle(self, *, to, host, port, names, control_host, control_port, origin, seed, **options):
        """Relay until a signal comes."""
        names = names.split(",")
        if not all(names) or len(set(names)) < len(names) or "all" in names or any("/" in name for name in names):
            raise CommandError("--names: different ones, by commas, without a slash; not `all`.")
        wires = {name: port and port + place for place, name in enumerate(names)}
        try:
            process.main(
                wires=wires, target=target(to), host=host, control_host=control_host, control_port=control_port,
                origins=origin, seed=seed, announce=self.announce,
            )  # fmt: skip
        except process.ServiceError as exc:
            raise CommandError(str(exc)) from exc

    def announce(self, sentence):
        """Tell an address."""
        self.stdout.write(escaped(sentence))
        self.stdout.flush()


def target(text):
    """Return (host, port) of "HOST:PORT"; raise CommandError where it is not that."""
    if text.lower().startswith("https:"):
        raise CommandError("--to: https:// is not spoken; HOST:PORT of a server that speaks plain HTTP.")
    host, _colon, port = text.rpartition(":")
    if not HOST.fullmatch(host) or not DIGITS.fullmatch(port) or not 0 < int(port) < 65_536:
        raise CommandError("--to: HOST:PORT of the server, without http://.")
    return host.strip("[]"), int(port)
