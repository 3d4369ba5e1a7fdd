"""manage.py serve: run the lab's server."""

from argparse import ArgumentTypeError
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lab.net import lan
from lab.net.system import StartError
from lab.server import serve

HOST = "127.0.0.1"


def how_many(text):
    """Return the number of processes that an option gives; raise ArgumentTypeError if it is not one."""
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError("a whole number, 1 or more.")
    return int(text)


class Command(BaseCommand):
    """Serve the lab with uvicorn."""

    help = "Serve the lab: migrate the database, print the addresses, and run until Ctrl-C."
    in_class = False

    def add_arguments(self, parser):
        """Name the options."""
        parser.add_argument("--host", help=f"address to listen on (default: {HOST})")
        parser.add_argument("--also", metavar="ADDRESS", help="a second address to listen on, with the same port")
        parser.add_argument("--port", type=int, default=8000, help="its port, 0: any free one (default: %(default)s)")
        parser.add_argument("--workers", type=how_many, default=1, help="server processes (default: %(default)s)")
        parser.add_argument(
            "--lan",
            nargs="?",
            const="",
            metavar="ADDRESS",
            dest="classroom",
            help="serve a classroom: listen on this machine's address in its network, or on ADDRESS",
        )

    def handle(self, *, host, also, port, workers, classroom, **options):
        """Serve until a signal comes."""
        if classroom is not None:
            host = self.open_to(classroom, host)
        try:
            serve.serve(host or HOST, port, workers, announce=lambda url: self.tell(url, host or HOST), also=also)
        except StartError as exc:
            raise CommandError(str(exc)) from exc

    def open_to(self, classroom, host):
        """Allow this machine's own addresses as hosts; return the one for the class."""
        if host:
            raise CommandError("--lan chooses the address itself: leave --host out, or write --lan ADDRESS.")
        try:
            address = lan.choose(classroom)
        except lan.NoNetwork as exc:
            raise CommandError(str(exc)) from exc
        lan.allow_own_addresses(address)
        self.in_class = True
        return address

    def tell(self, url, host):
        """Print the address of the lab; for a class, large enough for the wall."""
        self.announce(f"The lab listens on {url}  (Ctrl-C ends it)")
        if self.in_class:
            self.announce(lan.poster(url, self.stdout.encoding))
        else:
            self.tell_others(url, host)

    def tell_others(self, url, host):
        """Print the addresses for other machines, and the setting that those need which are refused."""
        if host in lan.ALL_INTERFACES and lan.is_behind_windows():
            self.announce(lan.WSL)
            return
        allowed, refused = lan.reachable(host)
        port = urlsplit(url).port
        if allowed and host in lan.ALL_INTERFACES:
            self.announce("Other machines find it at " + ", ".join(f"http://{name}:{port}/" for name in allowed))
        if refused:
            names = ",".join([*settings.ALLOWED_HOSTS, *refused])
            self.announce(
                f"Requests to {' and '.join(refused)} are refused: set ALLOWED_HOSTS={names}, or for a class use --lan."
            )

    def announce(self, sentence):
        """Print a sentence at once."""
        self.stdout.write(sentence)
        self.stdout.flush()  # a program that started us through a pipe waits for it
