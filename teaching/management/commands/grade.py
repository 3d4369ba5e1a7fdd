"""manage.py grade: try the cases of an exercise against a student's stage."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from teaching.grading.exercises import NAMES, ExerciseError, check_name
from teaching.grading.grade import grade


class Command(BaseCommand):
    """Print points, and one sentence for each failure."""

    help = "Grade an exercise: run the stage in a real server, and try the cases against it."

    def add_arguments(self, parser):
        """Add the options."""
        parser.add_argument("name", nargs="?", default="", help=f"The exercise: {', '.join(NAMES)}.")
        parser.add_argument("--folder", help="The folder of stage.py. The default is exercises/NAME.")
        parser.add_argument("--json", action="store_true", help="Print the results as autograders read them.")
        parser.add_argument("--results", metavar="FILE", help="Also write them to a file, such as results.json.")

    def handle(self, *, name, folder, results, **options):
        """Grade it."""
        try:
            check_name(name)
        except ExerciseError as exc:
            raise CommandError(str(exc)) from exc
        graded = grade(Path(folder or Path("exercises") / name), name)
        text = json.dumps(graded.autograder(), indent=2)
        self.stdout.write(text if options["json"] else "\n".join(lines(graded)))
        if results:
            try:
                Path(results).write_text(text + "\n")
            except OSError as exc:
                raise CommandError(f"--results: {results} cannot be written: {exc.strerror}.") from exc


def lines(graded):
    """Yield the lines for a person."""
    yield from graded.remarks
    for result in graded.results if graded.tried else []:
        points = f"{result.score}/{result.case.points}"
        yield f"{points:>5}  {result.case.name}" + (f"\n       {result.sentence}" if result.sentence else "")
    yield f"{graded.exercise}: {graded.score} of {graded.max_score} points"
