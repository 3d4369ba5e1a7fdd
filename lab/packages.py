"""The packages that only some commands need; `make` installs each set of them when a command asks for it."""

import contextlib
import sys
from collections.abc import Iterator
from importlib.util import find_spec

# set: the modules that are imported from its packages, as pyproject.toml declares them
SETS = {
    "measure": ("gevent", "hdrh", "jinja2", "locust", "matplotlib", "numpy", "pandas", "rich"),
    "servers": ("daphne", "granian", "hypercorn"),
    "scale": ("channels_redis", "psycopg"),
    "lessons": ("ipykernel", "markdown_it", "nbclient", "nbformat"),
}


class MissingPackage(ImportError):
    """A module of a set is not installed; the text says which, and what installs it."""

    def __init__(self, module: str) -> None:
        self.package = module.partition(".")[0]
        self.command = f"make setup SET={set_of(module)}"
        super().__init__(f"{self.package} is not installed: `{self.command}` installs it.", name=module)


def set_of(module: str | None) -> str | None:
    """Return the set that brings a module, such as "pandas" or "pandas.core"; None if no set does."""
    package = (module or "").partition(".")[0]
    return next((name for name, modules in SETS.items() if package in modules), None)


def require(module: str) -> None:
    """Raise MissingPackage if a module of a set is not installed."""
    if find_spec(module) is None:
        raise MissingPackage(module)


def explain(error: ModuleNotFoundError) -> MissingPackage | None:
    """Return the MissingPackage that explains why an import failed; None if no set would bring the module."""
    return MissingPackage(error.name) if error.name and set_of(error.name) else None


@contextlib.contextmanager
def needed() -> Iterator[None]:
    """End the program with one sentence if an import in the `with` block fails because a set is not installed."""
    try:
        yield
    except ModuleNotFoundError as exc:
        if missing := explain(exc):
            sys.exit(str(missing))
        raise
