"""manage.py serve: run the lab's server."""

import json
import os
import secrets
from argparse import ArgumentTypeError
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import NoReverseMatch, reverse

from lab.net import lan
from lab.net.system import StartError
from lab.server import serve

HOST = "127.0.0.1"


def page(name):
    """Return the path of a page; None if the app that has it is not installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


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
            host = self.open_to(classroom, host, workers)
        try:
            serve.serve(host or HOST, port, workers, announce=lambda url: self.tell(url, host or HOST), also=also)
        except StartError as exc:
            raise CommandError(str(exc)) from exc

    def open_to(self, classroom, host, workers):
        """Allow this machine's own addresses as hosts, and open a class; return the address for it."""
        if host:
            raise CommandError("--lan chooses the address itself: leave --host out, or write --lan ADDRESS.")
        try:
            address = lan.choose(classroom)
        except lan.NoNetwork as exc:
            raise CommandError(str(exc)) from exc
        lan.allow_own_addresses(address)
        self.in_class = True
        if workers == 1 and page("class"):  # a class is in the memory of one process
            settings.CLASS = {"key": secrets.token_urlsafe(16), "host": address}
            os.environ["LAB_CLASS"] = json.dumps(settings.CLASS)  # for child processes
        return address

    def tell(self, url, host):
        """Print the address of the lab; for a class, large enough for the wall."""
        self.announce(f"The lab listens on {url}  (Ctrl-C ends it)")
        if self.in_class:
            self.tell_class(url, url)
        else:
            self.tell_others(url, host)

    def tell_class(self, url, teachers):
        """Print the address for the class, and the teacher's; return the latter. `teachers`: URL of the lab for it."""
        self.announce(lan.poster(url, self.stdout.encoding))
        if not settings.CLASS:
            if page("class"):
                self.announce("Votes need a server of one process: leave --workers out.")
            return None
        address = f"{teachers.rstrip('/')}{page('class')}?key={settings.CLASS['key']}"
        self.announce(f"The teacher's page (this address works once): {address}")
        return address

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
