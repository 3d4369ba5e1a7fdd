"""When a command ends, for any reason, its child processes end and its temporary folders are deleted."""

import contextlib
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from lab.net import orphans
from support.processes import PATIENCE, ROOT, until

ENDINGS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL]
SERVE = ("manage.py", "serve", "--port", "0")
FAMILIES = {  # command: (arguments, a word in the command line of a child process)
    "bench": (["manage.py", "bench", "--repetitions", "1"], "python"),
    "compare": (["manage.py", "compare", "--bare", "--repetitions", "1", "--techniques", "sse"], "serve"),
    "demo": (["manage.py", "demo", "--port", "0"], "serve"),
    "scaled": (["manage.py", "scaled", "--port", "0"], "nginx"),
    "workers": ([*SERVE, "--workers", "2"], "spawn_main"),
}


@contextlib.contextmanager
def running(arguments, folder, **options):
    """Run a command with its temporary files in `folder`; yield its psutil.Popen, and kill what is left at the end."""
    environment = os.environ | {"TMPDIR": str(folder), "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | options
    with psutil.Popen([sys.executable, *arguments], cwd=ROOT, env=environment, **streams) as process:
        try:
            yield process
        finally:
            for each in [process, *family(process)]:
                with contextlib.suppress(psutil.Error):
                    each.kill()


def family(process):
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def has_started(process, word):
    """Return a command's child processes as soon as one of them has `word` in its command line."""
    relatives = family(process)
    for each in relatives:
        with contextlib.suppress(psutil.Error):
            if word in " ".join(each.cmdline()) and time.time() - each.create_time() > 1:  # its parent knows its id
                return relatives
    return []


@pytest.fixture
def folder():
    """A folder for temporary files; if we are root, PostgreSQL reads it as another user."""
    with orphans.temporary_folder() as folder:
        folder.chmod(0o755)
        yield folder


# SIGHUP restarts the workers, as long as their terminal exists: see the next test.
CASES = [(name, ending) for name in FAMILIES for ending in ENDINGS if (name, ending) != ("workers", signal.SIGHUP)]


@pytest.mark.server
@pytest.mark.parametrize(("name", "ending"), CASES)
def test_all_child_processes_end_with_their_command(name, ending, folder, tmp_path):
    arguments, word = FAMILIES[name]
    if name == "compare":
        arguments = [*arguments, "--out", str(tmp_path / "results")]
    with running(arguments, folder) as process:
        children = until(lambda: has_started(process, word), f"{name} starts nothing")
        process.send_signal(ending)
        process.wait(PATIENCE)
        _gone, alive = psutil.wait_procs(children, PATIENCE)
        assert alive == []
        until(lambda: not list(folder.iterdir()), f"{name} leaves {list(folder.iterdir())}")


@pytest.mark.server
def test_workers_end_with_their_terminal(folder):
    ours, theirs = pty.openpty()
    with running([*SERVE, "--workers", "2"], folder, stdin=theirs, stdout=theirs, start_new_session=True,
                 preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR))) as process:  # fmt: skip
        os.close(theirs)
        children = until(lambda: has_started(process, "spawn_main"), "no worker starts")
        until(lambda: b"listens" in os.read(ours, 10_000), "it does not listen")
        os.close(ours)  # the terminal's window is closed
        process.wait(PATIENCE)
        assert psutil.wait_procs(children, PATIENCE)[1] == []


@pytest.mark.server
def test_a_lesson_that_is_killed_leaves_no_server(folder):
    with running(["notebooks/run.py", "01_polling"], folder) as process:
        children = until(lambda: has_started(process, "serve"), "the lesson starts no server")
        process.kill()
        assert psutil.wait_procs(children, PATIENCE)[1] == []
        until(lambda: not list(folder.glob("lesson-*")), "its folder stays")


PARENT = """
import subprocess, sys, time
from lab.net import orphans
folder = orphans.make_folder("kept-")
(folder / "secret_key").write_text("x")
child = subprocess.Popen([sys.executable, "-c", {child!r}])
orphans.adopt(child.pid)
print(child.pid, folder, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize(
    "child",
    ["import time; time.sleep(600)", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"],
    ids=["obeys SIGTERM", "ignores SIGTERM"],
)
def test_the_children_of_a_killed_process_end_even_if_they_ignore_the_signal(child, folder):
    arguments = ["-c", PARENT.format(child=child)]
    environment = {"stdout": subprocess.PIPE, "text": True}
    with running(arguments, folder, **environment) as process:
        number, path = process.stdout.readline().split()
        child = psutil.Process(int(number))
        process.kill()
        assert psutil.wait_procs([child], PATIENCE + orphans.GRACE)[1] == []
        until(lambda: not Path(path).exists(), "the folder stays")


INTERRUPTED = """
import os, signal, subprocess
from lab.net import orphans
real = subprocess.run
def run(*arguments, **options):
    os.kill(os.getpid(), signal.{name})
    return real(*arguments, **options)
subprocess.run = run
signal.signal(signal.{name}, signal.default_int_handler)
with orphans.temporary_folder():
    raise SystemExit("not interrupted")
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_while_the_watchdog_starts_leaves_no_folder(name, folder):
    with running(["-c", INTERRUPTED.format(name=name)], folder, stderr=subprocess.PIPE, text=True) as process:
        log = process.communicate(timeout=PATIENCE)[1]
        assert log.endswith("\nKeyboardInterrupt\n")
        until(lambda: not list(folder.iterdir()), "the folder stays")


def test_a_process_id_that_was_given_to_another_process_is_left_alone():
    assert orphans.start_time(os.getpid()) == psutil.Process().create_time()
    assert orphans.start_time(2**22 + 1) is None


def test_a_temporary_folder_is_deleted_with_its_content(tmp_path):
    with orphans.temporary_folder("one-", tmp_path) as folder:
        (folder / "deep").mkdir()
        (folder / "deep" / "file").touch()
        assert [path.name[:4] for path in tmp_path.iterdir()] == ["one-"]
    assert list(tmp_path.iterdir()) == []
