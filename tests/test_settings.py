"""A mistake in the environment is one sentence, not a traceback."""

import os
import stat
import subprocess
import sys

import pytest
from processes import PATIENCE, ROOT

MISTAKES = [
    ({"LAB_DATA": "/dev/null/data"}, "LAB_DATA: /dev/null/data cannot be used"),
    ({"LAB_PUBLISH_RATE": "many"}, "The settings cannot be used"),
    ({"DATABASE_URL": "nonsense"}, "DATABASE_URL: not the address of a database"),
    ({"DATABASE_URL": "postgres://127.0.0.1:1/nobody"}, "The database cannot be used"),
    ({"LAB_TECHNIQUES": "polling,pigeons"}, "LAB_TECHNIQUES: there is no folder pigeons"),
]


@pytest.mark.parametrize(("environment", "sentence"), MISTAKES, ids=[sentence for _, sentence in MISTAKES])
def test_a_mistake_in_the_environment_is_one_sentence(tmp_path, environment, sentence):
    environment = os.environ | {"LAB_DATA": str(tmp_path)} | environment
    command = [sys.executable, "manage.py", "serve", "--port", "0"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(start, tmp_path):
    start().stop()
    path = tmp_path / "data" / "secret_key"
    key = path.read_text()
    assert len(key) == 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    start().stop()
    assert path.read_text() == key
