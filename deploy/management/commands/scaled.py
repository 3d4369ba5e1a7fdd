"""manage.py scaled: run the lab on this machine as it runs on many."""

import time

from django.core.management.base import BaseCommand, CommandError

from deploy.scaled import Scaled
from deploy.service import HOST, CannotRun
from lab.net.system import interrupt_on_signals
from lab.server import serve

LOOK = 0.5  # seconds between looks whether all are still there


class Command(BaseCommand):
    """Run nginx, several servers, PostgreSQL and Redis, until a signal comes."""

    help = "Run the lab as on many machines: nginx before several servers, PostgreSQL, Redis; nothing is kept."

    def add_arguments(self, parser):
        """Name the options."""
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
                self.tell(scaled)
                while True:
                    time.sleep(LOOK)
                    for service in scaled.revive():
                        self.say(f"{service.name} ended, and was started again as process {service.process.pid}.")
        except (CannotRun, serve.CannotServe) as exc:
            raise CommandError(str(exc)) from exc
        except KeyboardInterrupt:
            pass

    def tell(self, scaled):
        """Tell the address, and what there is to take away in front of a class."""
        self.say(f"The lab listens on {scaled.url}/  (Ctrl-C ends it)")
        for service in scaled.services:
            self.say(f"  {service.name:12} process {service.process.pid}, port {service.port}")

    def say(self, sentence):
        """Print a sentence at once: whoever started us by a pipe waits for it."""
        self.stdout.write(sentence)
        self.stdout.flush()
