"""The sets of packages: each folder imports only packages of its set, and each set is locked for every platform."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution, packages_distributions

import pytest
from packaging.requirements import Requirement

from lab.packages import SETS
from support import patched_python
from support.processes import COMMAND, ROOT
from support.raw_http import get

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DISTRIBUTIONS = packages_distributions()  # {module: names of the packages that bring it}
EXTRAS = PROJECT["project"]["optional-dependencies"]
LOCKS = {  # file in requirements/: the requirements in pyproject.toml that it locks, besides the base
    "base": [],
    "measure": EXTRAS["measure"],
    "servers": EXTRAS["servers"],
    "scale": EXTRAS["scale"],
    "lessons": EXTRAS["measure"] + EXTRAS["lessons"],
    "dev": [*(each for extra in EXTRAS.values() for each in extra), *PROJECT["dependency-groups"]["dev"]],
}
FOLDERS = {  # folder: the set whose packages it may import
    **dict.fromkeys(("lab", "polling", "longpoll", "sse", "websocket", "classroom", "teaching", "manage.py"), "base"),
    "benchmarks": "measure",
    "deploy": "scale",
    "notebooks": "lessons",
    "tests": "dev",
}
OURS = {"lab", "polling", "longpoll", "sse", "websocket", "benchmarks", "classroom", "deploy", "teaching", "notebooks"}
OURS |= {"exercise", "faults", "support"}  # a student's stage is the package `exercise`


def normal(name):
    """Return a package's name as packaging compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def required(lock):
    """Return the names of the packages that pyproject.toml asks for in a lock file."""
    lines = PROJECT["project"]["dependencies"] + LOCKS[lock]
    return {normal(re.match(r"[\w.-]+", line)[0]) for line in lines}


def locked(lock):
    """Return {name: line without its hashes} of a lock file."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
    assert all("--hash=sha256:" in line for line in lines)
    return {normal(line.split("==")[0]): line.partition(" --hash")[0].strip() for line in lines}


def imports(path):
    """Return the top names of the modules that a file imports."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_imports_only_what_its_set_declares(folder):
    place = ROOT / folder
    files = [place] if place.is_file() else sorted(place.rglob("*.py"))
    own = OURS | {file.stem for file in files} | set(sys.stdlib_module_names)  # notebooks import their neighbours
    for file in files:
        for module in imports(file) - own:
            names = {normal(name) for name in DISTRIBUTIONS.get(module, [module])}
            assert names & required(FOLDERS[folder]), f"{file} imports {module}, which is not declared"


def test_the_sets_of_the_sentences_are_those_of_the_project():
    brought = {name: {normal(package) for module in SETS[name] for package in DISTRIBUTIONS[module]} for name in SETS}
    assert brought == {name: {normal(re.match(r"[\w-]+", line)[0]) for line in lines} for name, lines in EXTRAS.items()}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_pins_all_packages_of_its_set_and_names_no_index(lock):
    assert required(lock) <= set(locked(lock))
    assert all(re.match(r"[\w.-]+==[^\s;]+( ; .+)?$", line) for line in locked(lock).values())
    assert "://" not in (ROOT / "requirements" / f"{lock}.txt").read_text()


def needs(lines):
    """Return the names of all packages that requirements bring on this machine, by what the packages themselves say."""
    reached, waiting = set(), [(Requirement(line), "") for line in lines]
    while waiting:
        one, extra = waiting.pop()
        if one.marker and not one.marker.evaluate({"extra": extra}):
            continue
        for with_extra in {"", *one.extras}:
            key = (normal(one.name), with_extra)
            if key not in reached:
                reached.add(key)
                waiting += [(Requirement(line), with_extra) for line in distribution(one.name).requires or ()]
    return {name for name, _extra in reached}


def is_here(line):
    """Return whether a line of a lock file is for this machine."""
    marker = Requirement(line).marker
    return marker is None or marker.evaluate()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_pins_what_its_packages_need_and_nothing_else(lock):
    here = {name for name, line in locked(lock).items() if is_here(line)}
    assert here == needs(PROJECT["project"]["dependencies"] + LOCKS[lock])


@pytest.mark.parametrize("lock", [name for name in LOCKS if name != "dev"])
def test_a_package_has_one_version_in_all_sets(lock):
    every = locked("dev")
    for name, line in locked(lock).items():
        assert line.split(" ;")[0] == every[name].split(" ;")[0]


def test_each_command_of_make_installs_a_set_that_is_locked():
    makefile = (ROOT / "Makefile").read_text()
    installed = set(re.findall(r"\$\(VENV\)/(\w+)\.installed", makefile))
    assert installed
    assert installed <= set(LOCKS)
    for lock, included in re.findall(r"^INCLUDED_(\w+) := (.+)$", makefile, re.MULTILINE):
        for name in included.split():  # which is not installed a second time
            assert set(locked(name)) <= set(locked(lock))


def test_the_base_is_small():
    assert len(locked("base")) <= 25


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    """The environment variables with which Python finds no module of any set."""
    return patched_python.without(
        tmp_path_factory.mktemp("modules"), [name for names in SETS.values() for name in names]
    )


COMMANDS = {  # arguments: the set that its sentence names
    ("manage.py", "compare"): "measure",
    ("manage.py", "advise"): "measure",
    ("manage.py", "bench"): "measure",
    ("manage.py", "scaled"): "scale",
    ("notebooks/run.py",): "lessons",
    ("notebooks/handouts.py",): "lessons",
    ("-m", "benchmarks.report"): "measure",
    ("-c", "import notebooks.lesson"): "measure",
    ("-m", "tests.faults"): "measure",
}


@pytest.mark.server
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[-1])
def test_a_command_without_its_packages_says_what_installs_them(command, without):
    run = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=os.environ | without, capture_output=True, text=True, timeout=COMMAND
    )
    assert run.returncode == 1
    assert re.fullmatch(rf"\w+ is not installed: `make setup SET={COMMANDS[command]}` installs it.\n", run.stderr)


@pytest.mark.server
@pytest.mark.parametrize(
    "setting", [{"REDIS_URL": "redis://localhost"}, {"DATABASE_URL": "postgres://a:b@localhost/c"}]
)
def test_a_setting_without_its_packages_says_what_installs_them(setting, without, tmp_path):
    environment = os.environ | without | setting | {"LAB_DATA": os.fspath(tmp_path)}
    command = [sys.executable, "manage.py", "check"]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=COMMAND)
    (name,) = setting
    assert run.returncode == 1
    assert re.search(rf"{name}: \w+ is not installed: `make setup SET=scale` installs it.\n$", run.stderr)


def test_a_page_without_its_packages_says_what_installs_them(start, without):
    server = start(**without)
    page = get(server.url, "/advise/")
    assert page.status == 503
    assert "numpy is not installed: <code>make setup SET=measure</code> installs it." in page.body.decode()
    assert get(server.url, "/compare/lobby/").status == 200
