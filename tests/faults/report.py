"""The table of all cells, as Markdown."""

import os
import platform

from benchmarks import manifest
from faults.deployments import DEPLOYMENTS
from faults.faults import FAULTS
from lab.techniques import TECHNIQUES

HEAD = ["fault", "times", "technique", "acknowledged", "delivered", "lost", "repeated", "again on the wire",
        "back: median, s", "worst, s"]  # fmt: skip


SHORT = "Short counts; what lasts so many seconds by its name lasted a fifth of them.\n"


def markdown(cells):
    """Return the report of {names: cell}."""
    parts = [f"# Faults\n\n{machine()}\n"]
    for name, deployment in DEPLOYMENTS.items():
        rows = [(fault, technique, cells[name, fault.name, technique]) for fault in FAULTS for technique in TECHNIQUES
                if (name, fault.name, technique) in cells]  # fmt: skip
        if rows:
            short = any(cell.get("form") == "short" for _fault, _technique, cell in rows)
            parts += [f"## {deployment.title}\n", *([SHORT] if short else []), table(rows), *told(rows)]
    found = {names[1]: cell for names, cell in sorted(cells.items()) if names[0] == "bug"}
    if found:
        parts += ["## Planted bugs\n", bugs(found)]
    return "\n".join(parts)


def machine():
    """Return what ran it, in one sentence."""
    return (
        f"On {os.cpu_count()} cores of {manifest.cpu()}, {platform.system()}, Python {platform.python_version()}; "
        "clients, wire, servers and whatever they need shared them."
    )


def table(rows):
    """Return the rows under their head; a fault is named once."""
    lines = [HEAD, ["---", "--:", "---", *["--:"] * 7]]
    before = None
    for fault, technique, cell in rows:
        named = [fault.title, f"{cell['count']:,} {fault.unit}"] if fault is not before else ["", ""]
        lines.append([*named, technique, *figures(cell)])
        before = fault
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def figures(cell):
    """Return the cells of the columns with figures; where a trial came to no end there are none."""
    if "acknowledged" not in cell:
        return ["ended"] + [""] * 6
    counts = (cell[name] for name in ("acknowledged", "delivered", "lost", "repeated", "repeated on the wire"))
    return [*(f"{count:,}" for count in counts), f"{cell['median']:.2f}", f"{cell['worst']:.2f}"]


def told(rows):
    """Return what else there is to tell: promises that did not hold, and what was measured besides."""
    lines = list(dict.fromkeys(complaint(fault, cell) for fault, _technique, cell in rows if cell.get("log")))
    for fault, technique, cell in rows:
        if cell.get("notes"):
            lines.append(f"- {fault.title}, {technique}: {cell['notes']}.")
        for rule, sentences in cell["broken"].items():
            lines.append(f"- **{fault.title}, {technique}: {rule}**: {'; '.join(sentences)}.")
    return ["\n".join(lines) + "\n"] if lines else ["All rules of the checker held.\n"]


def complaint(fault, cell):
    """Return what servers' logs complained of under a fault."""
    return f"- {fault.title}: a traceback in a server's log, which ends: {'; '.join(cell['log'])}."


def bugs(found):
    """Return the table of the planted bugs."""
    lines = [["bug", "what it does", "found in"], ["---", "---", "---"]]
    for name, cell in found.items():
        where = [technique if well else f"**not in {technique}**" for technique, well in cell["found"].items()]
        lines.append([name, cell["says"], ", ".join(where)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
