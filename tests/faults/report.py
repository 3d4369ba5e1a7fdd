"""The table of all cells, as Markdown."""

import os
import platform

from benchmarks.campaigns import manifest
from faults.deployments import DEPLOYMENTS
from faults.faults import FAULTS, FORMS
from lab.techniques import TECHNIQUES

HEAD = ["fault", "times", "technique", "acknowledged", "delivered", "lost", "repeated", "again on the wire",
        "back: median, s", "worst, s"]  # fmt: skip
SHORT = "{} counts; what lasts so many seconds by its name lasted a fifth of them.\n"


def markdown(cells):
    """Return the report of {names: cell}."""
    parts = [f"# Faults\n\n{machine()}\n"]
    for name, deployment in DEPLOYMENTS.items():
        rows = [(fault, technique, cells[name, fault.name, technique]) for fault in FAULTS for technique in TECHNIQUES
                if (name, fault.name, technique) in cells]  # fmt: skip
        if rows:
            parts += [f"## {deployment.title}\n", *short(rows), table(rows), *remarks(rows), verdict(rows)]
    bug_cells = {names[1]: cell for names, cell in sorted(cells.items()) if names[0] == "bug"}
    if bug_cells:
        parts += ["## Planted bugs\n", bugs(bug_cells), *ends(bug_cells), circumstances(bug_cells.values())]
    return "\n".join(parts)


def machine():
    """Return a sentence about the machine."""
    return (
        f"On {os.cpu_count()} cores of {manifest.cpu_name()}, {platform.system()}, Python {platform.python_version()}; "
        "clients, wires, servers and whatever they need shared them."
    )


def forms(cells):
    """Return the forms of the suite that cells were made in, the shortest first."""
    known = {cell["form"] for cell in cells}
    return [form for form in FORMS if form in known]


def short(rows):
    """Return a remark on the short form, if it is among the rows."""
    known = forms(cell for _fault, _technique, cell in rows)
    return [SHORT.format("Short" if known == ["short"] else "Some have short")] if "short" in known else []


def table(rows):
    """Return the rows with a header; each fault is named once."""
    lines = [HEAD, ["---", "--:", "---", *["--:"] * 7]]
    mixed = len(forms(cell for _fault, _technique, cell in rows)) > 1
    before = None
    for fault, technique, cell in rows:
        named = "" if fault is before else fault.title
        lines.append([named, times(fault, cell) + f" ({cell['form']})" * mixed, technique, *figures(cell)])
        before = fault
    return lined(lines)


def lined(lines):
    """Return lines of cells as a Markdown table."""
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def times(fault, cell):
    """Return how often a fault struck, and how often it should have if that is more."""
    struck, planned = cell.get("strikes", 0), cell["count"]
    unit = fault.unit.removesuffix("s") if struck == planned == 1 else fault.unit
    return f"{struck:,}" + f" of {planned:,}" * (struck < planned) + f" {unit}"


def figures(cell):
    """Return the cells of the columns with figures; a trial that did not end has none."""
    if "acknowledged" not in cell:
        return ["ended"] + [""] * 6
    counts = (cell[name] for name in ("acknowledged", "delivered", "lost", "repeated", "repeated on the wire"))
    seconds = (cell[name] for name in ("median", "worst"))
    return [*(f"{count:,}" for count in counts), *("" if each is None else f"{each:.2f}" for each in seconds)]


def remarks(rows):
    """Return the remarks: broken promises, and additional measurements."""
    lines = list(dict.fromkeys(complaint(fault, cell) for fault, _technique, cell in rows if cell.get("log")))
    notes = {}  # a figure that is the same for all techniques is shown once
    for fault, technique, cell in rows:
        if cell.get("notes"):
            notes.setdefault((fault.title, cell["notes"]), []).append(technique)
        for rule, sentences in cell["broken"].items():
            lines.append(f"- **{fault.title}, {technique}: {rule}**: {'; '.join(sentences)}.")
    lines += [f"- {title}, {', '.join(techniques)}: {note}." for (title, note), techniques in notes.items()]
    return ["\n".join(lines) + "\n"] if lines else []


def complaint(fault, cell):
    """Return the errors in the servers' logs during a fault."""
    return f"- {fault.title}: a traceback in a server's log, which ends: {'; '.join(cell['log'])}."


def verdict(rows):
    """Return the verdict: whether all rules held, and under which circumstances."""
    broken = [
        f"{rule} ({fault.title}, {technique})"
        for fault, technique, cell in rows
        for rule in [*cell["broken"], *["a server's log"] * bool(cell.get("log"))]
    ]
    says = f"**Broken: {'; '.join(broken)}.**" if broken else "All rules of the checker held."
    return f"{says} {circumstances([cell for _fault, _technique, cell in rows])}"


def circumstances(cells):
    """Return how the cells were made, in one sentence."""
    seeds, sizes, commits = (sorted({cell.get(name, "unknown") for cell in cells}, key=str)
                             for name in ("seed", "clients", "commit"))  # fmt: skip
    counts = " and ".join(forms(cells)).capitalize()
    return f"{counts} counts, seed {listed(seeds)}, {listed(sizes)} clients of a technique, commit {listed(commits)}.\n"


def listed(values):
    """Return values as a text."""
    return ", ".join(map(str, values))


def bugs(cells):
    """Return the table of the planted bugs."""
    lines = [["bug", "what it does", "found in"], ["---", "---", "---"]]
    for name, cell in cells.items():
        where = [technique if well else f"**not in {technique}**" for technique, well in cell["found"].items()]
        lines.append([name, cell["says"], ", ".join(where)])
    return lined(lines)


def ends(cells):
    """Return the reasons why trials of bugs ended too early."""
    lines = [f"- **{name}**: {'; '.join(cell['broken']['ended'])}." for name, cell in cells.items() if "broken" in cell]
    return ["\n".join(lines) + "\n"] if lines else []
