"""Execute the lessons, each in its own kernel; the executed ones, with their figures, go to notebooks/executed/.

There is each as a notebook, and as a page in HTML that needs nothing else, for a course page.

`python notebooks/run.py [NAME ...]`: the lessons whose names begin so, by default all. LESSON=short in the environment
makes every measurement as short as possible.
"""

import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

try:
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    from notebooks.page import COLOURS, lesson_page
except ModuleNotFoundError as exc:
    sys.exit(f"{exc.name} is not installed: `make setup SET=lessons` installs it.")

EXECUTED = HERE / "executed"
TIMEOUT = 900  # seconds for one cell; some measure


def lessons(names=()):
    """Return the paths of the lessons whose names begin with one of `names`, by default all."""
    return [path for path in sorted(HERE.glob("*.ipynb")) if path.name.startswith(tuple(names) or "")]


def run(path, timeout=TIMEOUT):
    """Execute the lesson at `path` and return it with its outputs; raise CellExecutionError if a cell fails."""
    lesson = nbformat.read(path, as_version=4)
    quiet = ["--IPKernelApp.log_level=ERROR"]  # it would warn that others on the machine can connect
    resources = {"metadata": {"path": str(HERE)}}
    NotebookClient(lesson, timeout=timeout, extra_arguments=quiet, resources=resources).execute()
    return lesson


def main(names):
    """Run the lessons and print the duration of each; exit with status 1 if one failed."""
    paths, failed = lessons(names), []
    if not paths:
        sys.exit(f"There is no lesson whose name begins with {' or '.join(names)}.")
    EXECUTED.mkdir(exist_ok=True)
    for path in paths:
        start = time.monotonic()
        try:
            lesson = run(path)
            nbformat.write(lesson, EXECUTED / path.name)
            (EXECUTED / path.name).with_suffix(".html").write_text(lesson_page(lesson))
        except CellExecutionError as exc:
            failed.append(path.name)
            show(f"{path.name} fails:\n{COLOURS.sub('', str(exc))}")
        else:
            show(f"{path.name}: {time.monotonic() - start:.0f} s")
    sys.exit(1 if failed else 0)


def show(text):
    """Print at once, even if the output is not a terminal."""
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    os.environ.setdefault(
        "PYDEVD_DISABLE_FILE_VALIDATION", "1"
    )  # or the kernel's debugger would warn of frozen modules
    main(sys.argv[1:])
