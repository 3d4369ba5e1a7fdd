"""The report of folders of results, written anew: `python -m benchmarks.report FOLDER ...`."""

import sys

from benchmarks.report.report import main

main(sys.argv[1:])
