"""make faults: run the suite, resume where it stopped, and print the table."""

import argparse
import sys
from pathlib import Path

from lab import packages

with packages.needed():
    from rich.console import Console
    from rich.markdown import Markdown

    from faults import report, suite
    from faults.deployments import DEPLOYMENTS
    from faults.faults import BY_NAME, FORMS
    from faults.trial import SIZE
from lab.net.system import allow_many_connections, interrupt_on_signals
from lab.techniques import TECHNIQUES

RESULTS = Path("benchmarks/results")
KINDS = {"faults": BY_NAME, "techniques": TECHNIQUES, "deployments": DEPLOYMENTS}


def main():
    """Run the missing cells; return 1 if a promise was broken or a bug was missed."""
    options = arguments()
    interrupt_on_signals()
    allow_many_connections()
    console = Console()
    folder = options.folder or RESULTS / f"faults-{options.counts}-{options.seed}"
    cells = suite.Cells(folder / "cells")
    if others := cells.sizes() - {options.clients}:
        begun = ", ".join(map(str, sorted(others)))
        sys.exit(f"{folder} was begun with --clients {begun}: go on with that, or name another --folder.")
    only = {name: [each for each in options.only if each in known] or list(known) for name, known in KINDS.items()}
    try:
        if not options.only or "bugs" in options.only:
            suite.hunt(cells, options.counts, options.seed, console.print)
        faults = [BY_NAME[name] for name in only["faults"]]
        if options.only != ["bugs"]:
            suite.run(cells, options.counts, faults, only["techniques"], only["deployments"], options.seed,
                      options.clients, console.print)  # fmt: skip
    except KeyboardInterrupt:
        sys.exit("Stopped; what is done is kept, and the same command goes on from there.")
    text = report.markdown(cells.all())
    (folder / "faults.md").write_text(text)
    console.print(Markdown(text))
    console.print(f"Written to {folder / 'faults.md'}.")
    return not all(map(suite.holds, cells.all().values()))


def arguments():
    """Return the options; invalid ones end the program with a sentence."""
    parser = argparse.ArgumentParser(prog="make faults", description="Faults × techniques × deployments.")
    parser.add_argument("--counts", choices=FORMS, default="full", help="how often each fault strikes")
    parser.add_argument("--only", type=lambda text: text.split(","), default=[], metavar="NAME,…",
                        help=f"of: bugs; {'; '.join(', '.join(known) for known in KINDS.values())}")  # fmt: skip
    parser.add_argument("--seed", type=int, default=1, help="of the faults' instants")
    parser.add_argument("--clients", type=int, default=SIZE, help="of each technique (default: %(default)s)")
    parser.add_argument("--folder", type=Path, help=f"where the cells are kept (default: in {RESULTS})")
    options = parser.parse_args()
    if unknown := set(options.only) - {"bugs", *(name for known in KINDS.values() for name in known)}:
        parser.error(f"--only: {', '.join(sorted(unknown))} is none of them.")
    if not 2 <= options.clients <= 200:
        parser.error("--clients: 2 to 200.")
    return options


if __name__ == "__main__":
    sys.exit(main())
