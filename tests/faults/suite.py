"""The suite: every fault on every deployment with all techniques, each cell of the table saved when it is done."""

import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from faults import bugs
from faults.deployments import DEPLOYMENTS, One
from faults.faults import BY_NAME, PEACE
from faults.trial import Trial

BUGS = sorted(path.stem for path in Path(bugs.__file__).parent.glob("[!_]*.py"))
ONE_IN = {"short": 30, "medium": 200, "full": 10_000}  # deliveries, for the bugs that happen now and then
BUG_SIZE = {"short": 12, "medium": 12, "full": 50}  # clients of a technique
BUG_PATIENCE = 5.0  # seconds that a last message which was lost is waited for
AT_ONCE = 2  # servers with a bug


class Cells:
    """The cells of a table that are done, each a file in `folder`."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def path(self, *names):
        """Return the file of a cell."""
        return self.folder / (".".join(names) + ".json")

    def save(self, cell, *names):
        """Keep a cell, all at once."""
        path = self.path(*names)
        path.with_suffix(".new").write_text(json.dumps(cell, indent=1) + "\n")
        path.with_suffix(".new").replace(path)

    def missing(self, deployment, fault, techniques):
        """Return the techniques of which a fault's cell is not done."""
        return [each for each in techniques if not self.path(deployment, fault, each).exists()]

    def all(self):
        """Return all cells, {names: cell}."""
        return {tuple(path.stem.split(".")): json.loads(path.read_text()) for path in self.folder.glob("*.json")}


def run(cells, form, faults, techniques, deployments, seed, size, told):
    """Fill the cells that are missing; `told(sentence)` hears of each."""
    for name in deployments:
        due = [
            (fault, together)
            for fault in faults
            if fault.count(form) and fault.breaks(DEPLOYMENTS[name])
            for together in crowds(fault, cells.missing(name, fault.name, techniques))
        ]
        while due:  # a deployment that fails is left behind; the next fault finds a fresh one
            with deployed(DEPLOYMENTS[name]) as deployment:
                while due:
                    fault, together = due.pop(0)
                    told(f"{deployment.title}: {fault.title}, {fault.count(form):,} {fault.unit}")
                    rows, well = attempt(Trial(fault, deployment, together, form, seed, size))
                    for technique, row in rows.items():
                        row |= {"count": fault.count(form), "form": form, "seed": seed, "clients": size}
                        cells.save(row, name, fault.name, technique)
                    if not well:
                        break


def crowds(fault, techniques):
    """Return the techniques of each trial of a fault: all at once, or one after the other."""
    return [[each] for each in techniques] if fault.apart else [techniques] if techniques else []


@contextmanager
def deployed(kind, **environment):
    """Run a deployment in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="lab-faults-") as folder, kind(folder, **environment) as deployment:
        yield deployment


def attempt(trial):
    """Return (a trial's rows, whether the deployment is well after it)."""
    try:
        rows = trial.run()
    except Exception as exc:
        sentence = f"{type(exc).__name__}: {exc}"[:2_000]
        return {crowd.technique: {"broken": {"ended": [sentence]}} for crowd in trial.crowds}, False
    return rows, True


def hunt(cells, form, seed, told):
    """Plant every bug in a server of its own; the checker must find it in each technique that shows it."""
    due = [bug for bug in BUGS if not cells.path("bug", bug).exists()]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for bug, found in zip(due, pool.map(lambda bug: planted(bug, form, seed), due), strict=True):
            told(f"Bug {bug}: {', '.join(name if well else f'NOT FOUND in {name}' for name, well in found.items())}")
            cells.save({"found": found, "form": form, "says": import_module(f"faults.bugs.{bug}").__doc__}, "bug", bug)


def planted(bug, form, seed=1):
    """Return {technique: whether the checker found the bug}."""
    module = import_module(f"faults.bugs.{bug}")
    with deployed(One, FAULTS_BUG=bug, FAULTS_ONE_IN=str(ONE_IN[form])) as deployment:
        fault, size = BY_NAME.get(module.UNDER, PEACE), BUG_SIZE[form]
        trial = Trial(fault, deployment, module.SHOWS_IN, form, seed, size, BUG_PATIENCE)
        return {technique: module.BREAKS in row["broken"] for technique, row in trial.run().items()}
