"""A fifth technique is one folder and one word: a test makes one, and the lab's own checks include it."""

import importlib
import json
import os
import re
import subprocess
import sys
from importlib import import_module

import pytest

from lab import techniques
from lab.messages.errors import Refused
from support import short_comparison, toy_technique
from support.processes import COMMAND, ROOT, ServerProcess
from support.raw_http import get, post, room_path
from support.technique_io import TECHNIQUES, assert_delivered, client, publish


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """An environment in which the toy is one of the techniques; this process can import it, too."""
    folder = tmp_path_factory.mktemp("techniques")
    toy_technique.write(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield toy_technique.environment(folder)


@pytest.fixture(scope="module")
def toy(environment, tmp_path_factory):
    """A server that offers the toy."""
    server = ServerProcess(tmp_path_factory.mktemp("data"), **environment).start()
    yield server
    server.stop()


CHECKS = [  # files of tests, and the option -k that selects those about the toy
    ("contract/test_contract.py", "toy"),
    ("contract/test_refusals.py", "toy"),
    ("contract/test_technique_pairs.py", "toy"),
    ("structure/test_structure.py", "toy or no_two_techniques"),
    ("pages/test_translations.py", "toy or every_word"),
    ("http/test_openapi.py", "toy"),
]


@pytest.mark.server
@pytest.mark.parametrize(("file", "which"), CHECKS, ids=[file for file, _which in CHECKS])
def test_a_fifth_technique_passes_the_checks_of_every_technique(environment, file, which):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", which, f"tests/{file}"]
    run = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


@pytest.mark.server
def test_a_fifth_technique_has_its_page_and_its_browser_client(toy):
    page = get(toy.url, "/toy/lobby/")
    assert page.status == 200
    assert "A toy" in page.body.decode()
    assert "/static/toy/client.js" in page.body.decode()
    script = get(toy.url, "/static/toy/client.js")
    assert (script.status, b"class Client" in script.body) == (200, True)


@pytest.mark.server
def test_a_fifth_technique_may_bring_its_own_translations(toy):
    page = get(toy.url, "/toy/lobby/", Accept_Language="zh-hans").body.decode()
    assert "玩具" in page
    assert "A toy" not in page


@pytest.mark.server
@pytest.mark.parametrize("path", ["/", "/compare/lobby/", "/polling/lobby/"])
def test_a_fifth_technique_is_on_the_first_page_and_on_the_board(toy, path):
    page = get(toy.url, path).body.decode()
    assert all(import_module(name).TITLE in page for name in (*TECHNIQUES, "toy"))


@pytest.mark.server
def test_a_fifth_technique_has_its_colour(toy):
    assert '[data-technique="toy"]' in get(toy.url, "/colours.css").body.decode()


@pytest.mark.server
def test_a_fifth_technique_delivers_what_every_other_publishes(toy, room, technique):
    reader = client("toy", toy, room, after=0)
    assert_delivered(reader, lambda text: publish(technique, toy, room, text))


@pytest.mark.server
def test_a_fifth_technique_publishes_what_every_other_delivers(toy, room, technique):
    reader, publisher = client(technique, toy, room, after=0), client("toy", toy, room)
    assert_delivered(reader, publisher.publish)
    publisher.close()


@pytest.mark.server
def test_a_fifth_technique_refuses_as_the_others_do(toy, room):
    assert post(toy.url, room_path("toy", room), {"author": "Ann", "text": ""}).status == 400
    assert get(toy.url, room_path("toy", room, "?after=x")).status == 400
    assert get(toy.url, room_path("toy", "a.b")).status == 404
    assert get(toy.url, room_path("toy", room), Origin="http://evil.example").status == 403
    publisher = client("toy", toy, room)
    with pytest.raises(Refused):
        publisher.publish(" ")
    publisher.close()


PLOTS = {"ledger", "bytes-by-kind", "waterfall"}  # drawn whether or not a run is valid


@pytest.fixture(scope="module")
def compared(environment, tmp_path_factory):
    """The results folder of a comparison with the toy, with calibration and traces."""
    folder = tmp_path_factory.mktemp("compared")
    results, printed = short_comparison.compare(folder, environment)
    assert "toy" in printed
    return results


@pytest.mark.server
def test_a_fifth_technique_is_compared_and_loses_nothing(compared):
    results = json.loads((compared / "results.json").read_text())
    runs = [run for run in results["runs"] if run["technique"] == "toy"]
    assert runs
    for run in runs:
        assert run["delivered"] == run["expected"] > 0
        assert run["requests"] > 0 < run["tcp_bytes"]["down"]
    assert results["traces"]["toy"]["delivered"] > 0


@pytest.mark.server
def test_a_fifth_technique_has_its_title_in_the_report_and_its_colour_in_the_plots(compared):
    page = (compared / "report.html").read_text()
    assert "A toy" in page
    assert {path.stem for path in (compared / "plots").glob("*.svg")} >= PLOTS
    assert "#123456" in (compared / "plots" / "ledger.svg").read_text()


@pytest.mark.server
def test_the_advice_says_that_it_leaves_out_a_fifth_technique(environment, toy):
    command = [sys.executable, "manage.py", "advise"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=COMMAND
    )
    sentence = "The model has no formulas for A toy, so this advice leaves it out."
    assert (done.returncode, sentence in done.stdout) == (0, True)
    assert sentence in get(toy.url, "/advise/").body.decode()


MISTAKES = [  # (code of the toy, the mistake in its place, the sentence)
    ('COLOUR = "#123456"', "", "COLOUR is missing in quicpoll/__init__.py."),
    ('"#123456"', '"red"', 'COLOUR in quicpoll/__init__.py must be a colour like "#E69F00".'),
    ('"""Toy', '# """Toy', "the docstring in quicpoll/__init__.py must be one line."),
    ('"A toy"', '" "', "TITLE in quicpoll/__init__.py must be one line."),
    ("STAGES = ()", "STAGES = []", "STAGES in quicpoll/__init__.py must be a tuple of names."),
    ("STAGES = ()", 'STAGES = ("fast",)', "quicpoll/stages/fast.py is missing."),
    (
        '("after",)',
        '("since",)',
        "PARAMETERS in quicpoll/__init__.py must be a tuple of some of after, queue, hold, Last-Event-ID.",
    ),
    (
        '"application/json"',
        '"text/plain"',
        "ANSWER in quicpoll/__init__.py must be one of application/json, text/event-stream, None.",
    ),
]


@pytest.fixture
def quicpoll(tmp_path, monkeypatch):
    """A function that writes a technique with a mistake, makes it this process's only one, and returns its folder."""

    def write(changes=()):
        toy_technique.write(tmp_path, changes, "quicpoll")
        importlib.invalidate_caches()
        return tmp_path / "quicpoll"

    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(techniques, "TECHNIQUES", [*TECHNIQUES, "quicpoll"])
    yield write
    sys.modules.pop("quicpoll", None)


@pytest.mark.parametrize(("written", "instead", "sentence"), MISTAKES, ids=[each[-1] for each in MISTAKES])
def test_a_constant_that_is_missing_or_wrong_is_named_in_one_sentence(quicpoll, written, instead, sentence):
    quicpoll({written: instead})
    with pytest.raises(ValueError, match=f"^quicpoll: {re.escape(sentence)}$"):
        techniques.check()


@pytest.mark.parametrize("file", ["urls.py", "static/quicpoll/client.js"])
def test_a_file_that_is_missing_is_named_in_one_sentence(quicpoll, file):
    (quicpoll() / file).unlink()
    with pytest.raises(ValueError, match=f"^quicpoll: quicpoll/{file} is missing.$"):
        techniques.check()


def test_the_toy_technique_passes_the_check(quicpoll):
    quicpoll()
    techniques.check()


@pytest.mark.server
def test_a_server_whose_technique_lacks_something_ends_with_that_sentence(tmp_path):
    (tmp_path / "quicpoll").mkdir()
    (tmp_path / "quicpoll" / "__init__.py").write_text('"""Quick polling: nothing yet."""\n')
    environment = os.environ | {"LAB_TECHNIQUES": "polling,quicpoll", "PYTHONPATH": os.fspath(tmp_path)}
    command = [sys.executable, "manage.py", "serve", "--port", "0"]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=COMMAND)
    assert run.returncode == 1
    assert run.stderr.endswith("quicpoll: TITLE is missing in quicpoll/__init__.py.\n")
    assert "Traceback" not in run.stderr


def test_a_server_may_offer_fewer_techniques(start, room):
    server = start(LAB_TECHNIQUES="sse")
    assert publish("sse", server, room)[0] == 201
    assert get(server.url, room_path("polling", room)).status == 404
    assert "polling" not in get(server.url, "/compare/lobby/").body.decode()
