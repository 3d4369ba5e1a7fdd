"""manage.py runserver: Django's name for `serve`; its own server could not deliver the chat."""

from django.contrib.staticfiles.management.commands import runserver
from django.core.management import call_command


class Command(runserver.Command):
    """Serve the lab at the address that Django's options give."""

    addr: str
    port: str
    help = "Serve the lab as `serve` does, at [address:]port; it does not reload."

    def run(self, **options):
        """Serve until a signal comes."""
        host = "0.0.0.0" if self.addr == "0" else self.addr  # Django's abbreviation
        self.stdout.write(f"This is `manage.py serve --host {host} --port {self.port}`, which does not reload.")
        call_command("serve", host=host, port=int(self.port))
