"""Writes the reports of results folders again: `python -m benchmarks.report FOLDER ...`."""

import sys

from benchmarks.report import main

main(sys.argv[1:])
