"""Texts with markup or control characters stay text everywhere: terminals, reports, CSV, lessons, clients."""

import csv
import importlib
import io
import json
import os
import socket
import subprocess
import sys
import threading
from importlib import import_module
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt  # the parser that rich brings
from rich.table import Table

from benchmarks import report
from benchmarks.analysis.results import Results
from benchmarks.campaigns import terminal_table
from benchmarks.generator.records import write_csv
from benchmarks.terminal import PlainColumn, PlainConsole
from lab.messages.errors import Refused
from lab.net import lan
from notebooks import wires
from support.fake_results import TITLES, make_folder, make_run, refused_run, sweep_of, text_of
from support.hostile_texts import NAME, TEXT, controls
from support.processes import ROOT

SHORT = "<script>\x1b[2J$\\frac{1}{0}$"
FORMULAS = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1"]


def shown(*things):
    """Return the console's output."""
    file = io.StringIO()
    PlainConsole(file=file, width=1_000).print(*things)
    return file.getvalue()


def test_a_table_in_the_terminal_shows_a_foreign_text_as_text():
    table = Table(TEXT, title=TEXT)
    table.add_row(TEXT)
    refusals = terminal_table.flags({TEXT: {"valid": "0 of 1", "flags": [TEXT]}})
    for text in (shown(table), shown(TEXT), shown(*refusals)):
        assert controls(text) == []
        for part in ("[red]r[/red] [/] :smile:", "\\x1b]0;owned\\x07", "<script>", "%s %(x)s {0}"):
            assert part in text


def test_a_progress_bar_shows_a_foreign_text_as_text():
    task = type("Task", (), {"description": TEXT, "fields": {}})()
    text = PlainColumn("{task.description}").render(task).plain
    assert controls(text) == []
    assert "[red]r[/red]" in text


def hostile_runs():
    """Return runs with foreign texts, and with foreign names that are short enough for a plot."""
    return [
        make_run("polling", label=SHORT),
        refused_run("sse", TEXT, label=SHORT),
        make_run("websocket", stage=SHORT, flags=[TEXT], label=SHORT, place="runs/stage"),
        make_run(SHORT, place="runs/odd"),
        make_run("longpoll", server=TEXT, layer=TEXT, arrivals=TEXT),
    ]


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    """A folder with results from somebody else, and its reports."""
    manifest = dict.fromkeys(("scenario", "commit", "purpose", "prediction", "command", "started"), TEXT)
    manifest |= {"scenario_text": TEXT, "machine": {TEXT: [TEXT]}, "changed": True}
    folder = make_folder(tmp_path_factory.mktemp("results"), hostile_runs(), **manifest)
    report.write(folder)
    return folder


def test_a_report_shows_a_foreign_text_as_text(reported):
    page = (reported / "report.html").read_text(encoding="utf-8")
    assert controls(page) == []
    for tag in ("<script", "<img src=x", "<!--"):
        assert tag not in page
    assert "[red]r[/red] [/] :smile:" in text_of(page)
    assert "{{ 7*7 }}" in text_of(page)
    for plot in (reported / "plots").glob("*.svg"):
        assert ElementTree.parse(plot).getroot().tag.endswith("svg")


def test_a_report_in_markdown_shows_a_foreign_text_as_text(reported):
    text = (reported / "report.md").read_text(encoding="utf-8")
    assert controls(text) == []
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    inline = [each for token in tokens for each in token.children or []]
    types = {token.type for token in (*tokens, *inline)}
    assert not types & {"html_block", "html_inline", "link_open"}, types
    assert all(each.attrs["src"].startswith("plots/") for each in inline if each.type == "image")
    headings = [tokens[place + 1].content for place, token in enumerate(tokens) if token.type == "heading_open"]
    assert "heading" not in headings
    assert not {each.content for each in inline if each.type == "code_inline"} & {"c"}
    assert "https://" not in text.replace("    ", "").split("Repeat it")[0]


def test_results_with_lone_surrogates_have_a_report(tmp_path):
    folder = make_folder(tmp_path, [refused_run("sse", "half \ud800 a pair"), make_run("polling")], purpose="\udfff")
    report.write(folder)
    assert "half \\ud800 a pair" in (folder / "report.html").read_text(encoding="utf-8")


def test_a_frame_of_results_shows_a_foreign_text_as_text(reported):
    frame = Results.load(reported).frame
    assert controls(frame.to_string()) == []
    assert "<script" not in frame.to_html()


@pytest.mark.parametrize("text", [*FORMULAS, TEXT, NAME])
def test_a_spreadsheet_computes_nothing_from_a_foreign_text(tmp_path, text):
    path = tmp_path / "deliveries.csv"
    write_csv(path, ("client", "room"), [(-1, text), (-2.5, "load-1")])
    with path.open(newline="") as file:
        (_head, first, second) = csv.reader(file)
    assert first == ["-1", "'" + text]
    assert second == ["-2.5000", "load-1"]


def test_a_lesson_shows_a_foreign_text_as_text(monkeypatch):
    monkeypatch.setattr(import_module("polling"), "TITLE", NAME)
    exchange = type("Exchange", (), {"direction": "down", "size": 9, "data": TEXT.encode()})()
    beside = wires.SideBySide({"polling": [exchange]})
    html = beside._repr_html_()
    assert "<img" not in html
    assert "<script" not in html
    assert controls(html) == controls(repr(beside)) == []


class Foreign:
    """A server that refuses everything with its own sentence."""

    def __init__(self):
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        body = json.dumps({"error": TEXT}).encode()
        head = f"HTTP/1.1 400 No\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        while True:
            try:
                connection, _address = self.listening.accept()
            except OSError:
                return
            with connection:
                connection.recv(65_536)
                connection.sendall(head.encode() + body)


@pytest.fixture
def foreign():
    server = Foreign()
    yield server
    server.listening.close()


def test_the_exception_of_a_client_moves_no_cursor(foreign, technique):
    """Locust, notebooks and terminals print its text."""
    client = importlib.import_module(f"{technique}.client").Client(foreign.url, "lobby")
    with pytest.raises(Refused) as caught:
        next(client.messages())
    client.close()
    assert controls(str(caught.value)) == []
    assert "\\x1b]0;owned" in str(caught.value)


@pytest.mark.server
def test_a_wire_prints_its_name_escaped():
    command = [sys.executable, "manage.py", "wire", "--port", "0", "--control-port", "0", "--names", "a\x1b[2J\x07"]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True) as process:
        printed = [process.stdout.readline() for _ in range(2)]
        process.terminate()
    assert controls("".join(printed)) == []
    assert printed[0].startswith("Wire a\\x1b[2J\\x07: ")


@pytest.mark.parametrize("name", [TEXT, NAME, "\x1b[2J", "127.0.0.1\n"])
def test_a_poster_shows_only_addresses(name):
    """The poster shows only an address, and `choose` accepts only those of this machine."""
    with pytest.raises(lan.NoNetwork):
        lan.choose(name)


def test_a_sweep_over_foreign_texts_has_a_report(tmp_path):
    runs = sweep_of("server", ["uvicorn", SHORT], list(TITLES)[:2], 1)
    folder = make_folder(tmp_path, runs, sweep={"setting": "server", "values": ["uvicorn", SHORT]})
    page = report.write(folder).read_text(encoding="utf-8")
    assert controls(page) == []
    assert "<script" not in page
