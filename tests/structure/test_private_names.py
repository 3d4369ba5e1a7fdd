"""The private names of other packages that the lab uses or overrides: private_names.txt lists all of them.

After an upgrade, the difference shows what to check. To renew the file, delete it and run the test once: it writes the
file, and fails.
"""

import ast
import inspect
import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from support.processes import ROOT

LISTED = Path(__file__).with_name("private_names.txt")
PACKAGES = ("channels", "httptools", "locust", "uvicorn", "websockets")
FOLDERS = ("lab", "polling", "longpoll", "sse", "websocket", "benchmarks", "classroom", "deploy")
SCRIPTS = {"migrations", "yardsticks"}  # folders that no module imports
DOCUMENTED = {"_asdict", "_exit"}
OURS = {"cls", "self", "super"}  # private names of these are ours, or found by their class
# The lab's names for objects of other packages.
HOLDERS = {
    "answering": "uvicorn.protocols.http.httptools_impl.RequestResponseCycle",
    "config": "uvicorn.config.Config",
    "conn": "websockets.server.ServerProtocol",
    "cycle": "uvicorn.protocols.http.httptools_impl.RequestResponseCycle",
    "flow": "uvicorn.protocols.http.flow_control.FlowControl",
    "parser": "httptools.parser.parser.HttpRequestParser",
    "protocol": "uvicorn.protocols.http.httptools_impl.HttpToolsProtocol",
    "server_state": "uvicorn.server.ServerState",
}


def sources():
    """Yield the path and the syntax tree of each module."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not SCRIPTS & set(path.parts):
                yield path, ast.parse(path.read_text())


def is_theirs(module):
    return module.split(".")[0] in PACKAGES


@cache
def members(kind):
    """Return {name: its parameters, or "" for an attribute} of another package's class, without inherited ones."""
    source = "" if kind.__module__.startswith("httptools") else inspect.getsource(kind)  # compiled
    assigned = re.findall(r"\bself\.(\w+)(?:: [^=\n]+)? = ", source)
    names = dict.fromkeys([*assigned, *vars(kind).get("__annotations__", ())], "")
    for name, value in vars(kind).items():
        if name == "__call__" or not name.startswith("__"):
            names[name] = parameters(getattr(value, "__func__", value)) if callable(value) else ""
    return names


def parameters(function):
    """Return a function's parameters as text, without types, whose form depends on the Python version."""
    signature = inspect.signature(function)
    untyped = [each.replace(annotation=inspect.Parameter.empty) for each in signature.parameters.values()]
    return str(inspect.Signature(untyped))


def note(lines, kind, names):
    """Add to `lines` the names that are members of `kind`, each with the class that defines it."""
    for name in names:
        for base in kind.__mro__:
            if is_theirs(base.__module__) and name in (known := members(base)):
                lines.add(f"{base.__module__}.{base.__qualname__}.{name}{known[name]}")
                break


def classes(tree, module):
    """Yield the module's classes that have a base class from another package."""
    imports = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    imports += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    if any(is_theirs(name) or name.startswith("lab.server") for name in imports):
        for kind in vars(import_module(module)).values():
            own = inspect.isclass(kind) and kind.__module__ == module
            if own and any(is_theirs(base.__module__) for base in kind.__mro__):
                yield kind


def attributes(tree):
    """Yield (object, name) for every attribute: `self.flow.drain` gives ("flow", "drain")."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value.func if isinstance(node.value, ast.Call) else node.value
            yield getattr(owner, "id", getattr(owner, "attr", "")), node.attr


def replaced(tree):
    """Yield the names in other packages' modules that one of our modules replaces."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and is_theirs(node.module)]
    modules = {alias.name: node.module for node in imports for alias in node.names}
    for node in ast.walk(tree):
        for target in node.targets if isinstance(node, ast.Assign) else ():
            if isinstance(target, ast.Attribute) and getattr(target.value, "id", None) in modules:
                yield f"{modules[target.value.id]}.{target.value.id}.{target.attr} = ..."


def listing():
    """Return a line for each name of another package that the lab overrides, uses or replaces."""
    lines = set()
    for path, tree in sources():
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for kind in classes(tree, module):
            for own in (each for each in kind.__mro__ if each.__module__.split(".")[0] in FOLDERS):
                taken = attributes(ast.parse(inspect.getsource(own)))
                note(lines, kind, {*vars(own), *(name for owner, name in taken if owner in {*OURS, "UVICORN"})})
        for owner, name in attributes(tree):
            if owner in HOLDERS:
                module, _dot, kind = HOLDERS[owner].rpartition(".")
                note(lines, getattr(import_module(module), kind), [name])
            elif name.startswith("_") and name[:2] != "__" and name not in DOCUMENTED and owner not in OURS:
                lines.add(f"{owner}.{name}")
        lines.update(replaced(tree))
    return sorted(lines)


def test_every_private_name_is_listed_with_its_signature(monkeypatch):
    monkeypatch.setenv("LOCUST_SKIP_MONKEY_PATCH", "1")
    lines = listing()
    if not LISTED.exists():
        LISTED.write_text("\n".join(lines) + "\n")
        pytest.fail("written; run it again")
    assert lines == LISTED.read_text().splitlines()
