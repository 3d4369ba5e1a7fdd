"""The programs of a deployment: PostgreSQL, the lab's servers, and nginx; Redis is in redis.py."""

import os
import pwd
import secrets
import signal
import subprocess
import sys
from pathlib import Path
from string import Template

import psycopg

from deploy.service import HOST, Service, last_line
from lab.net.system import StartError

ROOT = Path(__file__).resolve().parent.parent
CONFIGURATION = Path(__file__).with_name("nginx.conf")
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")  # folders that nginx always creates


class PostgresProcess(Service):
    """A PostgreSQL with a cluster of its own; if we are root, it runs as an unprivileged user."""

    name, package = "postgres", "postgresql"
    ending = signal.SIGINT  # SIGTERM would wait until all clients have disconnected

    def __init__(self, port=0):
        super().__init__(port)
        self.password = secrets.token_urlsafe(16)  # other users may share this machine
        self.user = unprivileged()

    def prepare(self):
        """Create an empty cluster with the user `lab` and a password; raise StartError if that fails."""
        password = self.folder / "password"
        password.touch(mode=0o600)
        password.write_text(self.password)
        for path in (self.folder, password):
            os.chown(path, -1 if self.user is None else self.user, -1)
        command = [self.program.resolve().with_name("initdb"), "--pgdata=data", "--username=lab", "--pwfile=password"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"]
        with self.log.open("ab") as log:
            initdb = subprocess.run(command, **self.popen_options(log))
        password.unlink()
        if initdb.returncode:
            raise StartError(f"initdb fails: {last_line(self.log)}")

    def command(self):
        """Return the command."""
        return [self.program, "-D", "data", "-p", str(self.port), "-h", HOST, "-k", ""]

    def responds(self):
        """Return whether it accepts a connection."""
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    @property
    def url(self):
        """Its address, for DATABASE_URL."""
        return f"postgres://lab:{self.password}@{HOST}:{self.port}/postgres"


class NginxProcess(Service):
    """An nginx with deploy/nginx.conf in front of these servers."""

    name = package = "nginx"

    def __init__(self, servers, port=0):
        super().__init__(port)
        self.servers = servers

    def prepare(self):
        """Fill in the configuration; nginx writes only into the folder."""
        servers = " ".join(f"server {HOST}:{server.port} max_fails=0;" for server in self.servers)
        filled = Template(CONFIGURATION.read_text()).safe_substitute(
            LAB_LISTEN=f"{HOST}:{self.port}", LAB_SERVERS=servers
        )
        self.folder.chmod(0o711)  # for nginx's workers, which run as another user
        temporary = "".join(f"    {name}_temp_path {self.folder / name};\n" for name in TEMPORARY)
        (self.folder / "nginx.conf").write_text(filled.replace("http {\n", "http {\n" + temporary))

    def command(self):
        """Return the command."""
        directives = f"daemon off; pid {self.folder / 'pid'};"
        return [self.program, "-p", self.folder, "-c", self.folder / "nginx.conf", "-e", "stderr", "-g", directives]

    @property
    def url(self):
        """The address of the lab's pages."""
        return f"http://{HOST}:{self.port}"


class ServerProcess(Service):
    """One of the lab's servers, with its files in `data`."""

    name = "server"

    def __init__(self, data, **environment):
        super().__init__()
        self.environment = os.environ | {"LAB_DATA": str(data)} | environment

    def find(self):
        """Return the path of this Python."""
        return Path(sys.executable)

    def command(self):
        """Return the command."""
        return [self.program, "manage.py", "serve", "--host", HOST, "--port", str(self.port)]

    def popen_options(self, log):
        """Return the options of Popen; the server runs in the project's root."""
        return super().popen_options(log) | {"cwd": ROOT, "env": self.environment, "stdout": subprocess.DEVNULL}


def unprivileged():
    """Return the id of a user for programs that refuse to run as root; None if we are not root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    return known.get("postgres", known.get("nobody", 65_534))
