"""Writes the reports of results folders again: `python -m benchmarks.report FOLDER ...`."""

import sys

from lab import packages

try:
    from benchmarks.report import main
except ModuleNotFoundError as exc:
    sys.exit(str(packages.explain(exc) or exc))

main(sys.argv[1:])
