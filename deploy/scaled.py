"""The lab on this machine as it runs on many: Redis, PostgreSQL, several servers, and nginx before them."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

from deploy.programs import NginxProcess, PostgresProcess, ServerProcess
from deploy.redis import RedisProcess
from deploy.service import HOST, CannotRun
from lab.net import orphans


class Scaled:
    """All of it while it is entered; each program may be killed, frozen and started again meanwhile."""

    server = ServerProcess

    def __init__(self, count=2, port=0, **environment):
        """Find the programs, raise CannotRun where one is missing; `environment` is for the `count` servers."""
        self.redis, self.postgres = RedisProcess(), PostgresProcess()
        self.count, self.environment = count, environment
        self.servers = []
        self.nginx = NginxProcess(self.servers, port)

    def __enter__(self):
        """Start everything."""
        with ExitStack() as starting:
            data = starting.enter_context(orphans.temporary_folder("lab-data-"))
            for service in (self.redis, self.postgres):
                starting.enter_context(service)
            own = {"REDIS_URL": self.redis.url, "DATABASE_URL": self.postgres.url}
            own |= {"FORWARDED_ALLOW_IPS": HOST, "LAB_NONCE_HEADER": "X-Lab-Nonce"}
            self.servers += [self.server(data, **self.environment | own) for _ in range(self.count)]
            for number, server in enumerate(self.servers, start=1):
                server.name = f"server {number}"
            with ThreadPoolExecutor(self.count) as pool:  # all at once: one makes the tables, the others wait for it
                for server in self.servers:
                    starting.push(server)
                list(pool.map(lambda server: server.start(), self.servers))
            starting.enter_context(self.nginx)
            self.running = starting.pop_all()
        return self

    def __exit__(self, *exc_info):
        """End everything, nginx first."""
        self.running.close()

    @property
    def services(self):
        """All programs, in the order in which a message meets them."""
        return [self.nginx, *self.servers, self.redis, self.postgres]

    def revive(self):
        """Start again what has ended, as a machine's own supervisor would; return the services that did start."""
        revived = []
        for service in self.services:
            if service.process.poll() is not None:
                with suppress(CannotRun):  # PostgreSQL's orphans may be there still; the next time, then
                    revived.append(service.start())
        return revived

    @property
    def url(self):
        """The address of the lab's pages."""
        return self.nginx.url

    @property
    def port(self):
        """The port of nginx."""
        return self.nginx.port
