"""The file that a student hands in, checked before it runs."""

import ast
from pathlib import Path

from lab.techniques import TECHNIQUES
from teaching.grading.exercises import STAGE, is_websocket

LONGEST = 100_000  # bytes; a stage has some 2,000


class Unusable(Exception):
    """A submission that cannot be tried at all; the text is one sentence that says why."""


def read(folder: Path, name: str) -> bytes:
    """Return the source of the stage in a folder. Raises Unusable."""
    path = folder / STAGE
    try:
        if path.stat().st_size > LONGEST:
            raise Unusable(f"{STAGE} is longer than {LONGEST:,} bytes.")
        source = path.read_bytes()
    except OSError as exc:
        raise Unusable(f"{STAGE} cannot be read in {folder}: {exc.strerror}.") from exc
    _check(source, "Consumer" if is_websocket(name) else "deliver")
    return source


def _check(source: bytes, entry: str) -> None:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as exc:
        line = f", line {exc.lineno}" if isinstance(exc, SyntaxError) and exc.lineno else ""
        raise Unusable(f"{STAGE}{line} is not Python: {getattr(exc, 'msg', exc)}.") from exc
    for node in ast.walk(tree):
        for module in _imported(node):
            if module.split(".")[0] in TECHNIQUES:
                raise Unusable(f"{STAGE} imports {module}, which holds the finished version: write the stage yourself.")
    defined = {getattr(node, "name", None) for node in tree.body}
    defined |= {target.id for node in ast.walk(tree) for target in getattr(node, "targets", ()) if _is_name(target)}
    if entry not in defined:
        raise Unusable(f"{STAGE} defines no {entry}: the server looks for this name.")


def _is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name)


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []
