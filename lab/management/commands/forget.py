"""manage.py forget: empty a room, for example between two classes."""

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from lab.chat import store
from lab.messages.errors import Refused
from lab.messages.invisible import escaped
from lab.messages.validation import clean_room
from lab.net.system import StartError
from lab.server import serve
from lab.signals import forgotten


class Command(BaseCommand):
    """Delete the history of a room, also while servers run."""

    help = "Empty a room; servers that run tell its clients within a second or two, and its next message is number 1."

    def add_arguments(self, parser):
        """Name the argument."""
        parser.add_argument("room", metavar="ROOM", help="its name")

    def handle(self, *, room, **options):
        """Delete the history."""
        try:
            name = clean_room(room)
            serve.migrate()  # the database may be a new one
            existed = store.forget(name)
            existed |= any(deleted for _app, deleted in forgotten.send(type(self), room=name))
        except (Refused, StartError) as exc:
            raise CommandError(str(exc)) from exc
        except DatabaseError as exc:
            raise CommandError(serve.cannot_use_database(exc)) from exc
        if not existed:
            raise CommandError(escaped(f"There is no room {name} in the database: nobody has published in it."))
        self.stdout.write(escaped(f"The room {name} is empty."))
