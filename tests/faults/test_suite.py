"""The fault suite: it keeps the finished cells, repeats those with broken promises, and always ends with a verdict."""

import sys
import tempfile
from contextlib import contextmanager

import pytest

from faults import __main__, report, suite
from faults.deployments import One
from faults.faults import BY_NAME

CELL = {
    "acknowledged": 10, "delivered": 250, "lost": 0, "repeated": 0, "repeated on the wire": 1, "median": 0.5,
    "worst": 1.0, "broken": {}, "strikes": 3, "count": 3, "form": "short", "seed": 1, "clients": 8, "commit": "abc1234",
}  # fmt: skip
BROKEN = {"broken": {"lost": ["Ann never saw message 3"]}}


@pytest.fixture
def cells(tmp_path):
    """A suite in which two cells are done: in one all promises held, in the other one was broken."""
    cells = suite.Cells(tmp_path / "cells")
    cells.save(CELL, "one", "sigkill", "sse")
    cells.save(CELL | BROKEN, "one", "sigkill", "websocket")
    return cells


def test_missing_and_broken_cells_must_run(cells):
    assert cells.missing("one", "sigkill", ["polling", "sse", "websocket"]) == ["polling", "websocket"]


@pytest.mark.parametrize("found_in", [{"sse": True}, {"sse": True, "polling": False}])
def test_a_bug_that_was_missed_must_run_again(cells, found_in):
    cells.save({"found": found_in}, "bug", "drop")
    assert cells.due("bug", "drop") == (not all(found_in.values()))


def test_a_folder_with_another_number_of_clients_is_refused(cells, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["faults", "--folder", str(cells.folder.parent), "--clients", "9"])
    with pytest.raises(SystemExit, match="was begun with --clients 8"):
        __main__.main()


def test_a_bug_whose_trial_ends_becomes_a_cell(monkeypatch):
    monkeypatch.setattr(suite, "planted", lambda *_: 1 / 0)
    cell = suite.sought("pop", "short", 1)
    assert cell["found"] == {"longpoll": False}
    assert cell["broken"] == {"ended": ["ZeroDivisionError: division by zero"]}
    assert "**pop**: ZeroDivisionError" in report.markdown({("bug", "pop"): cell | {"form": "short"}})


@pytest.mark.parametrize("late", [False, True])
def test_a_deployment_that_fails_becomes_cells(cells, monkeypatch, late):
    @contextmanager
    def failing(_kind):
        if late:
            yield One
        raise OSError("no room")

    monkeypatch.setattr(suite, "deployed", failing)
    monkeypatch.setattr(suite, "Trial", lambda *_: None)
    monkeypatch.setattr(suite, "attempt", lambda _: ({"sse": CELL}, True))
    suite.run(cells, "short", [BY_NAME["rush"], BY_NAME["sigterm"]], ["sse"], ["one"], 1, 8, print)
    stored = cells.all()
    assert stored["one", "sigterm", "sse"]["broken"] == {"ended": ["OSError: no room"]}
    assert stored["one", "rush", "sse"]["broken"] == ({} if late else {"ended": ["OSError: no room"]})


def test_the_report_ends_each_deployment_with_a_verdict(cells):
    cells.save(CELL | {"form": "medium", "strikes": 2, "commit": "def5678 changed"}, "many", "fin", "sse")
    cells.save(CELL, "many", "rst", "sse")
    text = report.markdown(cells.all())
    heading = "Short counts, seed 1, 8 clients of a technique, commit abc1234."
    assert f"**Broken: lost (SIGKILL of a server, websocket).** {heading}" in text
    assert "| 2 of 3 connections (medium) | sse |" in text
    assert "| 3 connections (short) | sse |" in text
    assert (
        "All rules of the checker held. Short and medium counts, seed 1, 8 clients of a technique, "
        "commit abc1234, def5678 changed."
    ) in text


@pytest.mark.parametrize(
    ("fault", "strikes", "planned", "text"),
    [("sigterm", 1, 1, "1 time"), ("slow", 0, 1, "0 of 1 rounds"), ("redis", 100, 100, "100 times")],
)
def test_the_report_counts_strikes_in_the_faults_own_unit(fault, strikes, planned, text):
    assert report.times(BY_NAME[fault], {"strikes": strikes, "count": planned}) == text


@pytest.mark.services
@pytest.mark.server
def test_a_deployment_that_does_not_start_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(suite, "STARTS", 2)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(AssertionError, match="the server did not start"), suite.deployed(One, FAULTS_BUG="none"):
        pytest.fail("it started")
    assert list(tmp_path.iterdir()) == []
