"""manage.py exercise: lay out the folder of an exercise."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from teaching.grading.exercises import NAMES, STAGE, ExerciseError, lay_out


class Command(BaseCommand):
    """Write the skeleton and the README of an exercise into a new folder."""

    help = f"Lay out an exercise: one of {', '.join(NAMES)}."

    def add_arguments(self, parser):
        """Add the options."""
        parser.add_argument("name", nargs="?", default="", help=f"The exercise: {', '.join(NAMES)}.")
        parser.add_argument("--folder", help="The new folder. The default is exercises/NAME.")

    def handle(self, *, name, folder, **options):
        """Lay it out."""
        folder = Path(folder or Path("exercises") / name)
        try:
            lay_out(name, folder)
        except ExerciseError as exc:
            raise CommandError(str(exc)) from exc
        place = f"NAME={name}" + ("" if folder == Path("exercises") / name else f" FOLDER={folder}")
        self.stdout.write(f"Read {folder / 'README.md'} and write {folder / STAGE}; then: make grade {place}")
