"""The scripts of the pages: their types are correct, the linter finds nothing, and no imports form a circle."""

import graphlib
import os
import re
import subprocess

import pytest

from lab.techniques import TECHNIQUES
from support.processes import ROOT

pytestmark = pytest.mark.services

MODULES = ROOT / "node_modules"
CONFIG = "tests/javascript"
FOLDERS = [f"{folder}/static" for folder in ("lab", *TECHNIQUES, "classroom", "teaching")]
IMPORTED = re.compile(r'^(?:import|export) [^;]*?"(\.[^"]+)";$', re.MULTILINE)


def run(script, *options):
    """Run a script of an npm package; if it finds something, fail with its output."""
    if not (MODULES / script).exists():
        pytest.fail(f"{script.split('/')[0]} is missing: tests/setup installs it.")
    done = subprocess.run(["node", MODULES / script, *options], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("project", ["tsconfig.json", "tsconfig.pages.json"])
def test_the_scripts_have_correct_types(project):
    """The clients and the shared modules are checked strictly; the other scripts know less about a page's elements."""
    run("typescript/bin/tsc", "--project", f"{CONFIG}/{project}")


def test_the_linter_finds_nothing_in_the_scripts():
    run("eslint/bin/eslint.js", "--config", f"{CONFIG}/eslint.config.mjs", *FOLDERS)


def test_no_scripts_import_each_other_in_a_circle():
    graph = {}
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.js"):
            address = path.relative_to(ROOT / folder)
            graph[address.as_posix()] = {
                os.path.normpath(address.parent / name) for name in IMPORTED.findall(path.read_text())
            }
    assert set().union(*graph.values()) <= set(graph), "a script imports what is not there"
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError
