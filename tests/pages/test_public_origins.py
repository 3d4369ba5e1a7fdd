"""LAB_PUBLIC_ORIGIN: the board behind a container or a proxy, and what is refused there as everywhere."""

import os
import re
import subprocess
import sys

import pytest

from lab.net.public_origin import origins
from lab.techniques import TECHNIQUES
from support.processes import COMMAND, PATIENCE, ROOT
from support.raw_http import get, post
from support.raw_websocket import request_handshake, websocket_path

LAID = {"page": 8000, "control": 8005, "wires": {"sse": 8001, "websocket": 8002}}
MESSAGE = {"author": "Ann", "text": "hi"}


@pytest.mark.parametrize(
    ("template", "page", "sse"),
    [
        ("https://lab-{port}.example.org", "https://lab-8000.example.org", "https://lab-8001.example.org"),
        ("http://{name}.example.org:8080", "http://page.example.org:8080", "http://sse.example.org:8080"),
    ],
)
def test_each_port_has_an_origin(template, page, sse):
    by_name = origins(template, LAID)
    assert (by_name["page"], by_name["sse"]) == (page, sse)
    assert set(by_name) == {"page", "control", "sse", "websocket"}


@pytest.mark.parametrize(
    "template",
    [
        "https://example.org",
        "ftp://{name}.org",
        "{name}",
        "https://{name}.org/lab",
        "https://{host}.org:{port}",
        "https://",
    ],
)
def test_a_template_that_names_no_origins_is_refused(template):
    with pytest.raises(ValueError, match=r"with \{port\} or \{name\} in it"):
        origins(template, LAID)


def command(*options):
    return [sys.executable, "manage.py", "demo", "--port", "0", *options]


def environment(folder, template):
    return os.environ | {"LAB_DATA": str(folder), "LAB_PUBLIC_ORIGIN": template, "DISPLAY": "", "WAYLAND_DISPLAY": ""}


@pytest.mark.server
@pytest.mark.parametrize(
    ("template", "options", "sentence"),
    [
        ("https://example.org", [], "LAB_PUBLIC_ORIGIN: http:// or https:// and a host"),
        ("https://{name}.org", ["--lan", "127.0.0.2"], "--lan is for this machine's own address"),
    ],
)
def test_a_demo_that_cannot_be_reached_so_does_not_start(tmp_path, template, options, sentence):
    run = subprocess.run(
        command(*options),
        cwd=ROOT,
        env=environment(tmp_path, template),
        capture_output=True,
        text=True,
        timeout=COMMAND,
    )
    assert run.returncode == 1
    assert run.stderr.startswith(f"CommandError: {sentence}")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The names of a demo's addresses behind a proxy, and their ports."""
    variables = environment(tmp_path_factory.mktemp("data"), "https://{name}-{port}.example.org")
    with subprocess.Popen(command(), cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True) as process:
        ports = {}
        for line in process.stdout:
            if page := re.search(r"https://page-(\d+)\.", line):
                ports["page"] = int(page[1])
            elif wire := re.search(r"Wire (\w+): http://127\.0\.0\.1:(\d+)/", line):
                ports[wire[1]] = int(wire[2])
            elif control := re.search(r"Control: http://127\.0\.0\.1:(\d+)/state$", line):  # without a token
                ports["control"] = int(control[1])
                break
        yield ports
        process.terminate()
        process.communicate(timeout=PATIENCE)


def public(demo, name):
    """Return the public host of a port."""
    return f"{name}-{demo[name]}.example.org"


def local(demo, name):
    """Return the address by which a proxy reaches a port."""
    return f"http://127.0.0.1:{demo[name]}"


@pytest.mark.server
@pytest.mark.parametrize("rewritten", [False, True])
def test_the_board_names_the_public_origins_also_if_the_proxy_rewrites_the_host(demo, rewritten):
    host = "localhost" if rewritten else public(demo, "page")
    board = get(local(demo, "page"), "/compare/lobby/", Host=host)
    policy = board.headers["content-security-policy"]
    assert f"connect-src 'self' https://{public(demo, 'control')};" in policy
    assert f"frame-src {' '.join(f'https://{public(demo, name)}' for name in TECHNIQUES)};" in policy
    pane = get(local(demo, "sse"), "/sse/lobby/pane/", Host=host if rewritten else public(demo, "sse"))
    assert f"frame-ancestors https://{public(demo, 'page')}" in pane.headers["content-security-policy"]


@pytest.mark.server
@pytest.mark.parametrize("host", ["localhost", None])
def test_a_pane_publishes_from_its_public_origin(demo, host):
    headers = {"Host": host or public(demo, "sse"), "Origin": f"https://{public(demo, 'sse')}"}
    assert post(local(demo, "sse"), "/sse/lobby/messages/", MESSAGE, **headers).status == 201


@pytest.mark.server
@pytest.mark.parametrize(("name", "status"), [("websocket", 101), ("control", 403)])
def test_a_pane_opens_a_websocket_from_its_public_origin(demo, name, status):
    headers = {"Host": "localhost", "Origin": f"https://{public(demo, name)}"}
    assert request_handshake(local(demo, "websocket"), websocket_path("lobby"), headers).status == status


@pytest.mark.server
@pytest.mark.parametrize("origin", ["https://evil.example.org", "http://{page}", "https://{control}", "null"])
def test_a_foreign_origin_is_refused_there_too(demo, origin):
    origin = origin.format(page=public(demo, "page"), control=public(demo, "control"))
    response = post(local(demo, "sse"), "/sse/lobby/messages/", MESSAGE, Host=public(demo, "sse"), Origin=origin)
    assert (response.status, response.sentence[:7]) == (403, "Origin:")


@pytest.mark.server
@pytest.mark.parametrize("name", ["page", "sse", "control"])
def test_a_foreign_host_is_refused_there_too(demo, name):
    path = "/state" if name == "control" else "/"
    assert get(local(demo, name), path, Host="evil.example.org").sentence.startswith("Host:")


@pytest.mark.server
def test_the_control_serves_the_public_page_alone(demo):
    host, page = public(demo, "control"), f"https://{public(demo, 'page')}"
    response = get(local(demo, "control"), "/state", Host=host, Origin=page)
    assert (response.status, response.headers["access-control-allow-origin"]) == (200, page)
    for origin in (f"https://{public(demo, 'sse')}", "https://evil.example.org"):
        assert get(local(demo, "control"), "/state", Host=host, Origin=origin).status == 403
