"""The channel layer on Redis as tutorials set it: by host and port, URL, password, TLS and encryption."""

import socket
import subprocess
from contextlib import ExitStack, closing, suppress

import pytest

from deploy.service import HOST, Service
from lab.net import redis_address
from support.processes import SMALL, RedisProcess, run_command, until
from support.raw_http import get
from support.technique_io import client, publish

pytestmark = [pytest.mark.server, pytest.mark.services]

NEVER = SMALL | {"SMALL_LOOK": "1000"}  # seconds: only the broker announces a message in time
PASSWORD = "pass-word_1~é"
QUOTED = "pass-word_1~%C3%A9"
LAYERS = ["core.RedisChannelLayer", "pubsub.RedisPubSubChannelLayer"]


class Protected(RedisProcess):
    """A Redis that requires a password."""

    def command(self):
        """Return the command."""
        return [*super().command(), "--requirepass", PASSWORD]

    def responds(self):
        """Return whether it requires the password."""
        with suppress(OSError), socket.create_connection((HOST, self.port)) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(7) == b"-NOAUTH"

    @property
    def url(self):
        """Its address."""
        return f"redis://:{QUOTED}@127.0.0.1:{self.port}/0"


class Encrypted(RedisProcess):
    """A Redis that accepts only TLS, with a certificate from an authority of its own."""

    def prepare(self):
        """Make the certificate."""
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", "key.pem"]
        command += ["-out", "cert.pem", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)

    def command(self):
        """Return the command."""
        tls = ["--tls-port", str(self.port), "--tls-cert-file", "cert.pem", "--tls-key-file", "key.pem"]
        return [*super().command(), "--port", "0", *tls, "--tls-ca-cert-file", "cert.pem", "--tls-auth-clients", "no"]

    def responds(self):
        """Return whether it accepts connections."""
        return Service.responds(self)

    @property
    def url(self):
        """Its address."""
        return f"rediss://127.0.0.1:{self.port}/0?ssl_ca_certs={self.folder / 'cert.pem'}"


def host_and_port(redis):
    return {"REDIS_URL": f"127.0.0.1:{redis.port}"}


def url(redis):
    return {"REDIS_URL": redis.url}


def keys(redis):
    return {"REDIS_URL": redis.url, "REDIS_KEYS": "the new key,the old key"}


@pytest.fixture
def own(request):
    """A Redis of some kind, which ends after the servers."""
    with request.param() as redis:
        yield redis


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize(
    ("own", "setting"),
    [(RedisProcess, host_and_port), (RedisProcess, url), (Protected, url), (Encrypted, url), (Protected, keys)],
    indirect=["own"],
)
def test_3_6_a_message_is_announced_to_the_other_process(own, start, room, setting, layer):
    environment = NEVER | setting(own) | {"REDIS_LAYER": f"channels_redis.{layer}"}
    here, there = start(**environment), start(**environment)
    for server in (here, there):
        until(lambda server=server: get(server.url, "/healthz").status == 200, "the layer never responds")
    publish("polling", here, room, "first")
    with closing(client("sse", there, room, after=0)) as reader:
        messages = reader.messages()
        assert next(messages)["text"] == "first"
        publish("websocket", here, room, "second")
        assert next(messages)["text"] == "second"
    assert "channel layer" not in here.log.read_text() + there.log.read_text()


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("keys", ["", "a key"])
def test_with_keys_nobody_at_redis_reads_the_messages(redis, start, room, layer, keys):
    environment = NEVER | {"REDIS_URL": redis.url, "REDIS_KEYS": keys, "REDIS_LAYER": f"channels_redis.{layer}"}
    here, there = start(**environment), start(**environment)
    publish("polling", here, room, "first")
    with closing(client("sse", there, room, after=0)) as reader, socket.create_connection((HOST, redis.port)) as spy:
        messages = reader.messages()
        next(messages)
        spy.sendall(b"MONITOR\r\n")
        assert spy.recv(5) == b"+OK\r\n"
        publish("polling", here, room, "in clear text")
        assert next(messages)["text"] == "in clear text"
        with socket.create_connection((HOST, redis.port)) as other:
            other.sendall(b"ECHO the-end\r\n")
            other.recv(7)
        seen = b""
        while b"the-end" not in seen:
            seen += spy.recv(65_536)
    assert (b"in clear text" in seen) == (not keys)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_key_is_changed_while_servers_run(redis, start, room, layer):
    environment = NEVER | {"REDIS_URL": redis.url, "REDIS_LAYER": f"channels_redis.{layer}"}
    old = start(**environment, REDIS_KEYS="old")
    both = start(**environment, REDIS_KEYS="old,new")
    new = start(**environment, REDIS_KEYS="new,old")
    publish("polling", old, room, "first")
    with ExitStack() as stack:
        readers = [stack.enter_context(closing(client("sse", each, room, after=0))) for each in (both, new)]
        received = [reader.messages() for reader in readers]
        for text, speaker in (("first", None), ("second", old), ("third", both), ("fourth", new)):
            if speaker:
                publish("polling", speaker, room, text)
            assert [next(messages)["text"] for messages in received] == [text, text]


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:6379", "redis://127.0.0.1:port", "127.0.0.1:port", "redis://[::1", "127.0.0.1:65536"],
)
def test_an_address_that_is_no_redis_is_refused(address):
    with pytest.raises(ValueError, match="HOST:PORT, redis://"):
        redis_address.clean(address)


@pytest.mark.parametrize(
    "address", ["redis://127.0.0.1:6379/0", "rediss://h/0?ssl_ca_certs=/x&ssl_cert_reqs=none", "unix:///run/redis.sock"]
)
def test_the_url_of_a_redis_is_used_as_it_is(address):
    assert redis_address.clean(address) == address


def test_a_wrong_address_is_told_in_one_sentence(tmp_path):
    done = run_command("serve", "--port", "0", data=tmp_path, REDIS_URL="127.0.0.1:port")
    assert done.returncode == 1
    sentence = "HOST:PORT, redis://:PASSWORD@HOST:PORT/0, or rediss://… for TLS."
    assert done.stderr == f"The settings cannot be used: REDIS_URL: {sentence}\n"


@pytest.mark.parametrize("own", [Protected], indirect=True)
def test_with_a_wrong_password_the_chat_goes_on_and_its_health_says_what_is_missing(own, start, room):
    server = start(REDIS_URL=own.url.replace(QUOTED, "wrong"))
    response = until(lambda: (a := get(server.url, "/healthz")).status == 503 and a, "it is well")
    assert response.json["error"] == "channel_layer: not available."
    assert publish("polling", server, room)[0] == 201
    until(
        lambda: "channel layer: not available: AuthenticationError" in server.log.read_text(),
        "the log does not say why",
    )
