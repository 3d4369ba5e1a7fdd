"""manage.py scaled: run the lab as on many machines."""

import time

from django.core.management.base import BaseCommand, CommandError

from deploy.scaled import Scaled
from deploy.service import HOST
from lab.net.system import StartError, interrupt_on_signals
from lab.server import serve

CHECK_INTERVAL = 0.5  # seconds between checks whether all programs still run


class Command(BaseCommand):
    """Run nginx, several servers, PostgreSQL and Redis, until a signal comes."""

    help = "Run the lab as on many machines: nginx in front of several servers, PostgreSQL, Redis; stores nothing."

    def add_arguments(self, parser):
        """Add the options."""
        parser.add_argument("--port", type=int, default=8000, help="nginx's port, 0: any (default: %(default)s)")
        parser.add_argument("--servers", type=int, default=2, help="server processes (default: %(default)s)")

    def handle(self, *, port, servers, **options):
        """Run until a signal comes."""
        interrupt_on_signals()
        if servers < 1:
            raise CommandError("--servers: at least one.")
        try:
            serve.listen(HOST, port).close()
            with Scaled(servers, port) as scaled:
                self.print_services(scaled)
                while True:
                    time.sleep(CHECK_INTERVAL)
                    for service in scaled.restart_ended():
                        self.print(f"{service.name} ended and was started again as process {service.process.pid}.")
        except StartError as exc:
            raise CommandError(str(exc)) from exc
        except KeyboardInterrupt:
            pass

    def print_services(self, scaled):
        """Print the address, and the process of each program, so that one can be stopped in front of a class."""
        self.print(f"The lab listens on {scaled.url}/  (Ctrl-C ends it)")
        for service in scaled.services:
            self.print(f"  {service.name:12} process {service.process.pid}, port {service.port}")

    def print(self, sentence):
        """Print a sentence at once, because the reader of a pipe may wait for it."""
        self.stdout.write(sentence)
        self.stdout.flush()
