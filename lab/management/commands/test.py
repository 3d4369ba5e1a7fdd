"""manage.py test: says how to run the tests."""

from django.core.management.base import CommandError
from django.core.management.commands import test


class Command(test.Command):
    """Refuse with any options, because Django's runner would find no test and report success."""

    help = "Say how the tests run."

    def handle(self, *labels, **options):
        """Raise CommandError."""
        raise CommandError(
            "The tests run with pytest: `make check` runs those that need only Python, `make test` all of them."
        )
