"""Execute the lessons, each in a kernel of its own; the executed ones, with their figures, go to notebooks/executed/.

`python notebooks/run.py [NAME ...]`: those whose name begins so, all without. LESSON=short in the environment makes
every measurement as brief as can be.
"""

import os
import re
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

HERE = Path(__file__).resolve().parent
EXECUTED = HERE / "executed"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")  # of a traceback in a terminal
PATIENCE = 900  # seconds for one cell: some of them measure


def lessons(names=()):
    """Return the paths of the lessons whose names begin with one of `names`, of all without any."""
    return [path for path in sorted(HERE.glob("*.ipynb")) if path.name.startswith(tuple(names) or "")]


def run(path, patience=PATIENCE):
    """Execute the lesson at `path` and return it with its outputs; raise CellExecutionError where a cell fails."""
    lesson = nbformat.read(path, as_version=4)
    quiet = ["--IPKernelApp.log_level=ERROR"]  # it warns that others on the machine could hear it
    place = {"metadata": {"path": str(HERE)}}
    NotebookClient(lesson, timeout=patience, extra_arguments=quiet, resources=place).execute()
    return lesson


def main(names):
    """Run the lessons and say how long each took; end with status 1 where one failed."""
    found, failed = lessons(names), []
    if not found:
        sys.exit(f"There is no lesson whose name begins with {' or '.join(names)}.")
    EXECUTED.mkdir(exist_ok=True)
    for path in found:
        began = time.monotonic()
        try:
            nbformat.write(run(path), EXECUTED / path.name)
        except CellExecutionError as exc:
            failed.append(path.name)
            say(f"{path.name} fails:\n{COLOURS.sub('', str(exc))}")
        else:
            say(f"{path.name}: {time.monotonic() - began:.0f} s")
    sys.exit(1 if failed else 0)


def say(text):
    """Print at once, also where the output is no terminal."""
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # the kernel's debugger warns of frozen modules
    main(sys.argv[1:])
