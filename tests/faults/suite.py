"""The suite: every fault on every deployment with all techniques; each cell of the table is saved when it is done."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path

from benchmarks.campaigns import manifest
from faults import bugs
from faults.deployments import DEPLOYMENTS, One
from faults.faults import BY_NAME, PEACE
from faults.trial import Trial
from lab.net import orphans
from lab.net.system import StartError

BUGS = sorted(path.stem for path in Path(bugs.__file__).parent.glob("[!_]*.py"))
ONE_IN = {"short": 30, "medium": 200, "full": 10_000}  # deliveries, for the bugs that happen now and then
BUG_SIZE = {"short": 12, "medium": 12, "full": 50}  # clients of a technique
BUG_PATIENCE = 5.0  # seconds to wait for a last message, which a bug may have lost
AT_ONCE = 2  # servers with a bug
STARTS = 3  # attempts to start a deployment: on a busy machine its parts may time out


class Cells:
    """The finished cells of a table, each a file in `folder`."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def path(self, *names):
        """Return the file of a cell."""
        return self.folder / (".".join(names) + ".json")

    def save(self, cell, *names):
        """Save a cell atomically."""
        path = self.path(*names)
        path.with_suffix(".new").write_text(json.dumps(cell, indent=1) + "\n")
        path.with_suffix(".new").replace(path)

    def missing(self, deployment, fault, techniques):
        """Return the techniques whose cell for a fault must run: it is not done yet, or a promise was broken in it."""
        return [each for each in techniques if self.due(deployment, fault, each)]

    def due(self, *names):
        """Return whether a cell is missing or has a broken promise."""
        path = self.path(*names)
        return not path.exists() or not holds(json.loads(path.read_text()))

    def all(self):
        """Return all cells, {names: cell}."""
        return {tuple(path.stem.split(".")): json.loads(path.read_text()) for path in self.folder.glob("*.json")}

    def sizes(self):
        """Return the numbers of clients that the cells were made with."""
        return {cell["clients"] for names, cell in self.all().items() if names[0] != "bug"}


def holds(cell):
    """Return whether all promises held in a cell, and the servers' logs have no errors."""
    return not cell.get("broken") and not cell.get("log") and all(cell.get("found", {}).values())


def version():
    """Return the lab's commit, with a word if files differ from it."""
    code = manifest.code_version()
    return f"{(code['commit'] or 'unknown')[:7]}{' changed' * bool(code['changed'])}"


def run(cells, form, faults, techniques, deployments, seed, size, announce):
    """Fill the missing cells; `announce(sentence)` is called for each."""
    for name in deployments:
        due = [
            (fault, together)
            for fault in faults
            if fault.count(form) and fault.breaks(DEPLOYMENTS[name])
            for together in crowds(fault, cells.missing(name, fault.name, techniques))
        ]

        def keep(fault, rows, name=name):
            marks = {"count": fault.count(form), "form": form, "seed": seed, "clients": size, "commit": version()}
            for technique, row in rows.items():
                cells.save(row | marks, name, fault.name, technique)

        while due:  # a deployment that fails is replaced for the next fault
            endure(DEPLOYMENTS[name], due, lambda *trial: Trial(*trial, form, seed, size), keep, announce)


def endure(kind, due, trial, keep, announce):
    """Run the cells in `due` on one deployment, and remove them, until none is left or the deployment fails.

    If it cannot start, or has errors at its end, they are kept with the last fault.
    """
    fault, rows, well = None, {}, True
    try:
        with deployed(kind) as deployment:
            while due and well:
                fault, together = due.pop(0)
                announce(f"{kind.title}: {fault.title}, {', '.join(together)}")
                rows, well = attempt(trial(fault, deployment, together))
                keep(fault, rows)
    except Exception as exc:
        if fault is None:
            fault, together = due.pop(0)
            rows = {technique: {"broken": {}} for technique in together}
        announce(sentence(exc))
        keep(fault, {name: row | {"broken": row["broken"] | ended(exc)} for name, row in rows.items()})


def crowds(fault, techniques):
    """Return the techniques of each trial of a fault: all at once, or one after the other."""
    return [[each] for each in techniques] if fault.apart else [techniques] if techniques else []


@contextmanager
def deployed(kind, **environment):
    """Run a deployment in a folder of its own."""
    with ExitStack() as ending:
        for tries_left in reversed(range(STARTS)):
            folder = ending.enter_context(orphans.temporary_folder("lab-faults-"))
            try:
                deployment = ending.enter_context(kind(folder, **environment))
                break
            except (AssertionError, StartError):
                if not tries_left:
                    raise
        yield deployment


def attempt(trial):
    """Return (a trial's rows, whether the deployment is healthy after it)."""
    try:
        rows = trial.run()
    except Exception as exc:
        return {crowd.technique: {"broken": ended(exc)} for crowd in trial.crowds}, False
    return rows, True


def ended(exc):
    """Return the broken rule for an exception that ended a trial."""
    return {"ended": [sentence(exc)]}


def sentence(exc):
    """Return an exception's text as a sentence."""
    return f"{type(exc).__name__}: {exc}"[:2_000]


def hunt(cells, form, seed, announce):
    """Plant each bug in a separate server; the checker must find it with each technique that shows it."""
    due = [bug for bug in BUGS if cells.due("bug", bug)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for bug, cell in zip(due, pool.map(lambda bug: sought(bug, form, seed), due), strict=True):
            found_in = cell["found"]
            places = ", ".join(name if well else f"NOT FOUND in {name}" for name, well in found_in.items())
            announce(f"Bug {bug}: {places}")
            cells.save(cell | {"form": form, "seed": seed, "clients": BUG_SIZE[form], "commit": version()}, "bug", bug)


def sought(bug, form, seed):
    """Return the cell of a bug; if its trial did not end, nothing was found, and the cell says why."""
    module = import_module(f"faults.bugs.{bug}")
    try:
        cell = {"found": planted(bug, form, seed)}
    except Exception as exc:
        cell = {"found": dict.fromkeys(module.SHOWS_IN, False), "broken": ended(exc)}
    return cell | {"says": module.__doc__}


def planted(bug, form, seed=1):
    """Return {technique: whether the checker found the bug}."""
    module = import_module(f"faults.bugs.{bug}")
    with deployed(One, FAULTS_BUG=bug, FAULTS_ONE_IN=str(ONE_IN[form])) as deployment:
        fault, size = BY_NAME.get(module.UNDER, PEACE), BUG_SIZE[form]
        trial = Trial(fault, deployment, module.SHOWS_IN, form, seed, size, BUG_PATIENCE)
        return {technique: module.BREAKS in row["broken"] for technique, row in trial.run().items()}
