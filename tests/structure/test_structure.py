"""The structure of the code: which files and names each technique has, and which package may import which."""

import ast
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from lab import techniques
from lab.http.schemas import PARAMETERS
from lab.techniques import TECHNIQUES, folder_of
from support.processes import COMMAND, ROOT

FILES = {"__init__.py", "client.py", "server.py", "urls.py", "static/{name}/client.js"}
ALSO = {"stages", "templates", "locale"}  # further folders that a technique may have
STAGE_CLIENTS = [path for name in TECHNIQUES for path in sorted((ROOT / name / "stages").glob("*_client.py"))]
NO_DJANGO = [
    *("lab.client", "lab.net.happy_eyeballs", "lab.net.sockets", "lab.techniques"),
    *(f"lab.messages.{name}" for name in ("message", "validation", "errors", "invisible", "frames", "framing")),
    *(f"{name}.client" for name in TECHNIQUES),
    *(".".join(path.relative_to(ROOT).with_suffix("").parts) for path in STAGE_CLIENTS),
]
# The parts that describe measurements, above those that make them; nothing imports the yardsticks.
PARTS = [
    *("report", "plots", "findings", "analysis", "literature", "advice"),
    *("campaigns", "bench", "generator", "servers", "scenarios", "model"),
]
OF_BENCHMARKS = ["report", "model", "locustfile", "campaigns.campaign"]
# Each package of `lab` may import those after it, and none before it; `lab.wire` is separate.
ROOMS = ["lab.server", "lab.pages", "lab.http", "lab.chat", "lab.access", "lab.client", "lab.net", "lab.messages"]
SPEAK_ASGI = {
    *("asgi.py", "guard.py", "handshake.py", "http_protocol.py", "message_stamps.py", "websocket_protocol.py"),
}


def sources(*folders):
    """Return the Python files of these folders, without tests and migrations."""
    return [
        path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts
    ]


def imported(path):
    """Return the full names of the modules that a file imports: `from lab import chat` gives lab.chat."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def of(names, *packages):
    """Return the names that belong to these packages."""
    return {name for name in names if name.split(".")[0] in packages}


def test_every_technique_has_the_same_files(technique):
    folder = folder_of(technique)
    files = {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"
    }
    same = {name.format(name=technique) for name in FILES}
    assert same <= files
    assert {file.removeprefix(f"static/{technique}/").split("/")[0] for file in files - same} <= ALSO


def test_every_technique_has_the_same_constants():
    """The constants are checked when a server starts; their parameters are those in the API's description."""
    techniques.check()
    assert set(techniques.PARAMETERS) == set(PARAMETERS)


def test_every_staircase_has_the_same_files(technique):
    stages, folder = import_module(technique).STAGES, folder_of(technique)
    files = {path.stem for path in (folder / "stages").glob("*.py")} - {"__init__"}
    clients = {f"{path.stem}_client" for path in (folder / "static" / technique / "stages").glob("*.js")}
    assert files == {*stages, *clients}
    assert clients <= {f"{stage}_client" for stage in stages}


def test_every_stage_names_its_number_and_has_deliver_or_a_consumer(technique):
    for place, stage in enumerate(import_module(technique).STAGES, 1):
        tree = ast.parse((folder_of(technique) / "stages" / f"{stage}.py").read_text())
        assert ast.get_docstring(tree).startswith(f"Stage {place}, {stage}: ")
        assert len(defined(tree) & {"deliver", "Consumer"}) == 1


def test_every_staircase_leads_to_the_finished_server(technique):
    for last in import_module(technique).STAGES[-1:]:
        tree = ast.parse((folder_of(technique) / "stages" / f"{last}.py").read_text())
        assert {node.module for node in tree.body if isinstance(node, ast.ImportFrom)} == {f"{technique}.server"}


def test_every_stage_has_a_description_on_its_page(technique):
    path = folder_of(technique) / "templates" / technique / "stages.html"
    words = path.read_text() if path.exists() else ""
    assert tuple(re.findall(r'stage == "(\w+)"', words)) == import_module(technique).STAGES


def defined(tree):
    """Return the names that a module defines or re-exports."""
    nodes = [node for node in tree.body if isinstance(node, ast.AsyncFunctionDef | ast.ClassDef)]
    handed = [alias.asname for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    return {node.name for node in nodes} | set(handed)


def test_no_two_techniques_look_the_same():
    modules = [import_module(technique) for technique in TECHNIQUES]
    for name in ("TITLE", "COLOUR", "__doc__"):
        assert len({getattr(module, name) for module in modules}) == len(TECHNIQUES)


def test_every_technique_has_deliver_or_a_consumer(technique):
    tree = ast.parse((folder_of(technique) / "server.py").read_text())
    names = {node.name for node in tree.body if isinstance(node, ast.AsyncFunctionDef | ast.ClassDef)}
    assert len(names & {"deliver", "Consumer"}) == 1


def test_every_technique_has_routes(technique):
    tree = ast.parse((folder_of(technique) / "urls.py").read_text())
    nodes = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    names = {target.id for node in nodes for target in getattr(node, "targets", None) or [node.target]}
    assert "urlpatterns" in names
    assert names <= {"urlpatterns", "websocket_urlpatterns"}


def test_every_techniques_client_overrides_the_same_methods(technique):
    from lab.client import Client as Base

    client = import_module(f"{technique}.client").Client
    assert issubclass(client, Base)
    assert client.technique == technique
    assert {"open", "fetch"} <= vars(client).keys()
    public = {name for name in vars(Base) if not name.startswith("_")}
    assert public <= set(dir(client))


def test_every_technique_has_a_browser_client_that_extends_the_base(technique):
    source = (folder_of(technique) / "static" / technique / "client.js").read_text()
    assert re.search(r"export class Client extends \w+", source)
    assert re.search(r"^  open\(", source, re.MULTILINE)


def test_no_technique_imports_another(technique):
    others = set(TECHNIQUES) - {technique}
    for path in sources(folder_of(technique)):
        assert not of(imported(path), *others), path
    script = (folder_of(technique) / "static" / technique / "client.js").read_text()
    assert not [other for other in others if f"/{other}/" in script]


def test_a_techniques_client_imports_only_the_base_of_all_clients(technique):
    names = of(imported(folder_of(technique) / "client.py"), "lab", "django", *TECHNIQUES)
    assert {".".join(name.split(".")[:2]) for name in names} <= {
        "lab.client",
        "lab.messages.message",
        "lab.net.sockets",
    }


def test_a_techniques_server_uses_only_the_chats_interface(technique):
    for path in sources(folder_of(technique)):
        forbidden = {"lab.chat.rooms", "lab.chat.store", "lab.models", "lab.asgi", "lab.urls", "lab.pages.views"}
        assert not {name for name in imported(path) if name in forbidden}, path


def test_the_labs_python_names_no_technique_outside_the_one_list():
    for path in sources("lab"):
        assert not of(imported(path), *TECHNIQUES), path
        if path.name == "techniques.py":
            continue
        words = {part for text in strings(path) for part in text.split("/")}
        # In ASGI, "websocket" is a type of connection.
        named = words & set(TECHNIQUES) - ({"websocket"} if path.name in SPEAK_ASGI else set())
        assert not named, path


def test_the_labs_pages_and_scripts_name_no_technique():
    for path in [*(ROOT / "lab" / "static").rglob("*.*"), *(ROOT / "lab" / "templates").rglob("*.html")]:
        words = set(re.findall(r"""["'`/\\[=]([a-z]+)["'`/\]]""", path.read_text()))
        assert not words & set(TECHNIQUES), path


def strings(path):
    """Return the strings in a file's code, without docstrings."""
    tree = ast.parse(path.read_text())
    documents = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node not in documents]
    return [node.value for node in constants if isinstance(node.value, str)]


def test_the_chat_does_not_import_http():
    for path in sources("lab/chat"):
        names = imported(path)
        foreign = ("django.http", "uvicorn", "lab.http", "lab.asgi", "lab.server", "lab.pages", "lab.access.guard")
        assert not {name for name in names if name.startswith(foreign)}, path
        assert not of(names, *TECHNIQUES), path


def test_layers_only_import_downwards():
    for place, room in enumerate(ROOMS):
        for path in sources(room.replace(".", "/")):
            above = {name for name in imported(path) if name.startswith(tuple(f"{other}." for other in ROOMS[:place]))}
            above |= {name for name in imported(path) if name in ROOMS[:place]}
            assert not above, path


def test_only_the_server_imports_uvicorns_modules():
    for path in sources("lab", *TECHNIQUES):
        if not path.is_relative_to(ROOT / "lab" / "server"):
            assert not {name for name in imported(path) if name.startswith("uvicorn.")}, path


def test_parts_of_the_benchmarks_only_import_downwards():
    parts = {path.parent.name for path in (ROOT / "benchmarks").glob("*/__init__.py")}
    assert parts == {*PARTS, "yardsticks", "management"}
    for place, part in enumerate(PARTS):
        above = tuple(f"benchmarks.{other}." for other in (*PARTS[:place], "yardsticks"))
        for path in sources(f"benchmarks/{part}"):
            assert not {name for name in imported(path) if f"{name}.".startswith(above)}, path


def test_the_chat_needs_no_measurements():
    for path in sources("lab", *TECHNIQUES):
        assert not of(imported(path), "benchmarks", "classroom", "deploy", "teaching"), path


def test_the_class_needs_only_the_chat():
    for path in sources("classroom"):
        assert not of(imported(path), "benchmarks", "deploy", *TECHNIQUES), path
        assert not {name for name in imported(path) if name.startswith(("lab.wire.", "lab.server."))}, path


def test_the_chat_starts_without_the_measurements(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_DATA", str(tmp_path))
    pages = {"benchmarks", "benchmarks.urls"}  # the page with the advice; it imports the rest when it is requested
    assert set(loaded("lab.asgi, lab.urls", "benchmarks")) <= pages
    assert loaded("lab.asgi, lab.urls", "numpy") == []
    monkeypatch.setenv("LAB_APPS", "")
    assert not any(loaded("lab.asgi, lab.urls", app) for app in ("benchmarks", "classroom", "deploy"))


@pytest.mark.parametrize("module", NO_DJANGO)
def test_clients_import_no_django(module):
    assert loaded(module, "django") == []


@pytest.mark.parametrize("module", OF_BENCHMARKS)
def test_load_model_and_report_import_no_django(module):
    assert loaded(f"benchmarks.{module}", "django") == []


def test_nothing_depends_on_the_package_that_shares_the_name_websocket():
    for path in sources("lab", "benchmarks", *TECHNIQUES):
        assert not {name for name in imported(path) if name.startswith(("websocket._", "websocket.WebSocket"))}, path
    assert Path(import_module("websocket").__file__).parent == ROOT / "websocket"


def loaded(module, package):
    """Import a module in a separate process; return the modules of `package` that this imports."""
    code = f"import sys, {module}; print(*[m for m in sys.modules if m.split('.')[0] == {package!r}])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=COMMAND)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_picture_and_the_documents_name_existing_files():
    """The picture of how a message travels, and the documents on the code, must follow the code."""
    for name in ("README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/architecture.svg", "docs/glossary.md"):
        text = (ROOT / name).read_text()
        folders = "lab|benchmarks|classroom|deploy|docs|teaching|tests|polling|notebooks"
        for path in re.findall(rf"(?<![\w/])(?:{folders})/[\w/.-]*\w", text):
            assert (ROOT / path).exists(), f"{name}: {path}"
