"""manage.py serve: run the lab's server."""

from django.core.management.base import BaseCommand, CommandError

from lab import serving


class Command(BaseCommand):
    """Serve the lab by uvicorn."""

    help = "Serve the lab: migrate the database, print the addresses, answer until Ctrl-C."

    def add_arguments(self, parser):
        """Name the options."""
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on, 0: any (default: %(default)s)")
        parser.add_argument("--workers", type=int, default=1, help="server processes (default: %(default)s)")

    def handle(self, *, host, port, workers, **options):
        """Serve until a signal comes."""
        try:
            serving.serve(host, port, workers, announce=self.announce)
        except serving.CannotServe as exc:
            raise CommandError(str(exc)) from exc

    def announce(self, sentence):
        """Tell where the lab listens."""
        self.stdout.write(sentence)
        self.stdout.flush()  # whoever started us by a pipe waits for it
