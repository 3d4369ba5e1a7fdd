"""What runs on one machine as it would on many: PostgreSQL, the lab's servers, and nginx; redis.py has the Redis."""

import os
import pwd
import secrets
import signal
import subprocess
import sys
from pathlib import Path
from string import Template

import psycopg

from deploy.service import HOST, CannotRun, Service, last_line

ROOT = Path(__file__).resolve().parent.parent
CONFIGURATION = Path(__file__).with_name("nginx.conf")
SCRATCH = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")  # folders that nginx makes, whatever it serves


class PostgresProcess(Service):
    """A PostgreSQL with a cluster of its own; where we are root it runs as somebody who is not."""

    name, package = "postgres", "postgresql"
    ending = signal.SIGINT  # SIGTERM would wait until all clients have left

    def __init__(self, port=0):
        super().__init__(port)
        self.password = secrets.token_urlsafe(16)  # others may share this machine
        self.user = unprivileged()

    def prepare(self):
        """Make an empty cluster, whose one user `lab` is known by a password; raise CannotRun where that fails."""
        password = self.folder / "password"
        password.touch(mode=0o600)
        password.write_text(self.password)
        for path in (self.folder, password):
            os.chown(path, -1 if self.user is None else self.user, -1)
        command = [self.program.resolve().with_name("initdb"), "--pgdata=data", "--username=lab", "--pwfile=password"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"]
        with self.log.open("ab") as log:
            made = subprocess.run(command, **self.surroundings(log))
        password.unlink()
        if made.returncode:
            raise CannotRun(f"initdb fails: {last_line(self.log)}")

    def command(self):
        """Return the command."""
        return [self.program, "-D", "data", "-p", str(self.port), "-h", HOST, "-k", ""]

    def answers(self):
        """Tell whether it answers."""
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    @property
    def url(self):
        """Its address, as DATABASE_URL names it."""
        return f"postgres://lab:{self.password}@{HOST}:{self.port}/postgres"


class NginxProcess(Service):
    """An nginx with deploy/nginx.conf before these servers."""

    name = package = "nginx"

    def __init__(self, servers, port=0):
        super().__init__(port)
        self.servers = servers

    def prepare(self):
        """Fill in the configuration, and let it write nowhere else."""
        servers = " ".join(f"server {HOST}:{server.port} max_fails=0;" for server in self.servers)
        filled = Template(CONFIGURATION.read_text()).safe_substitute(
            LAB_LISTEN=f"{HOST}:{self.port}", LAB_SERVERS=servers
        )
        self.folder.chmod(0o711)  # nginx's workers run as another user, who must come through
        scratch = "".join(f"    {name}_temp_path {self.folder / name};\n" for name in SCRATCH)
        (self.folder / "nginx.conf").write_text(filled.replace("http {\n", "http {\n" + scratch))

    def command(self):
        """Return the command."""
        more = f"daemon off; pid {self.folder / 'pid'};"
        return [self.program, "-p", self.folder, "-c", self.folder / "nginx.conf", "-e", "stderr", "-g", more]

    @property
    def url(self):
        """The address of the lab's pages."""
        return f"http://{HOST}:{self.port}"


class ServerProcess(Service):
    """One of the lab's servers, which keeps what it keeps in `data`."""

    name = "server"

    def __init__(self, data, **environment):
        super().__init__()
        self.environment = os.environ | {"LAB_DATA": str(data)} | environment

    def find(self):
        """Return the path of this very Python."""
        return sys.executable

    def command(self):
        """Return the command."""
        return [self.program, "manage.py", "serve", "--host", HOST, "--port", str(self.port)]

    def surroundings(self, log):
        """Return how it is started: at the project's root."""
        return super().surroundings(log) | {"cwd": ROOT, "env": self.environment, "stdout": subprocess.DEVNULL}


def unprivileged():
    """Return the id of the user who runs what refuses to run as root; None where we are not root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    return known.get("postgres", known.get("nobody", 65_534))
