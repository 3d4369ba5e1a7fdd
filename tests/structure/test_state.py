"""No module of the chat has mutable state: two hubs in one process share only the database."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = [*sorted(ROOT.glob("lab/chat/*.py")), *sorted(ROOT.glob("lab/access/*.py")), ROOT / "longpoll/server.py"]
MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.Call)
STATELESS = {"log", "owner", "Args", "Result"}  # a logger, a ContextVar (each request has its own value), types


def state(tree):
    """Yield a module's state outside of objects: `global` statements, and lower-case names of modules and classes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield from node.names
        for statement in node.body if isinstance(node, ast.Module | ast.ClassDef) else ():
            if isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(statement.value, MUTABLE):
                targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                yield from (target.id for target in targets if not target.id.isupper() and "__" not in target.id)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_chat_keeps_no_state_in_its_modules(path):
    assert set(state(ast.parse(path.read_text()))) - STATELESS == set()


@pytest.mark.parametrize("line", ["_rooms = {}", "def f():\n    global x", "class A:\n    held = []", "pool = Pool(4)"])
def test_the_scan_finds_state(line):
    assert set(state(ast.parse(line)))
