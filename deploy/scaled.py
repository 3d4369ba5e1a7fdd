"""A deployment on this machine, as on many: Redis, PostgreSQL, several servers, and nginx in front of them."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

from deploy.programs import NginxProcess, PostgresProcess, ServerProcess
from deploy.redis import RedisProcess
from deploy.service import HOST
from lab.net import orphans
from lab.net.system import StartError


class Scaled:
    """All programs, running inside a `with` block; each may be killed, frozen and started again meanwhile."""

    server = ServerProcess

    def __init__(self, count=2, port=0, **environment):
        """Find the programs; raise StartError if one is missing. `environment` is for the `count` servers."""
        self.redis, self.postgres = RedisProcess(), PostgresProcess()
        self.count, self.environment = count, environment
        self.servers: list[ServerProcess] = []
        self.nginx = NginxProcess(self.servers, port)

    def __enter__(self):
        """Start everything."""
        with ExitStack() as stack:
            data = stack.enter_context(orphans.temporary_folder("lab-data-"))
            for service in (self.redis, self.postgres):
                stack.enter_context(service)
            own = {"REDIS_URL": self.redis.url, "DATABASE_URL": self.postgres.url}
            own |= {"FORWARDED_ALLOW_IPS": HOST, "LAB_NONCE_HEADER": "X-Lab-Nonce"}
            self.servers += [self.server(data, **self.environment | own) for _ in range(self.count)]
            for number, server in enumerate(self.servers, start=1):
                server.name = f"server {number}"
            with ThreadPoolExecutor(self.count) as pool:  # all at once: one creates the tables, the others wait for it
                for server in self.servers:
                    stack.push(server)
                list(pool.map(lambda server: server.start(), self.servers))
            stack.enter_context(self.nginx)
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *exc_info):
        """Stop everything, nginx first."""
        self.stack.close()

    @property
    def services(self):
        """All programs, in the order in which a message passes them."""
        return [self.nginx, *self.servers, self.redis, self.postgres]

    def restart_ended(self):
        """Start programs that have ended, as a supervisor would; return those that started."""
        restarted = []
        for service in self.services:
            if service.process.poll() is not None:
                with suppress(StartError):  # if PostgreSQL's child processes still run; it starts the next time
                    restarted.append(service.start())
        return restarted

    @property
    def url(self):
        """The address of the lab's pages."""
        return self.nginx.url

    @property
    def port(self):
        """The port of nginx."""
        return self.nginx.port
