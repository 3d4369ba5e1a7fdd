"""Django's settings; the environment may change those read through `env`."""

import os
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from lab import techniques
from lab.net import data_folder
from lab.techniques import TECHNIQUES


class Env(environ.Env):
    """The environment, in which a text is taken as it is: a key or a folder may begin with $."""

    def str(self, name, default=""):
        """Return a text; `default` if the variable is not set."""
        return os.environ.get(name, default)


env = Env()


def number(name, default):
    """Return a whole number that the environment may change."""
    try:
        value = env.int(name, default=default)
    except ValueError:
        value = -1
    if value < 0:
        raise ImproperlyConfigured(f"{name}: a whole number, 0 or more.")
    return value


BASE_DIR = Path(__file__).resolve().parent.parent

try:
    techniques.check()
except ValueError as exc:
    raise ImproperlyConfigured(str(exc)) from exc

# The folder of everything that a server keeps: database, secret key.
DATA = Path(env.str("LAB_DATA") or BASE_DIR / "data").absolute()
try:
    data_folder.make_folder(DATA)
    if not env.str("LAB_DATA"):
        data_folder.tighten(DATA, data_folder.FOLDER)  # a folder that somebody chose may be others' too
    SECRET_KEY = env.str("SECRET_KEY") or data_folder.secret_key(DATA / "secret_key")
except OSError as exc:
    raise ImproperlyConfigured(f"LAB_DATA: {exc.filename or DATA} cannot be used: {exc.strerror}.") from exc
except UnicodeDecodeError as exc:
    raise ImproperlyConfigured(f"LAB_DATA: {DATA / 'secret_key'} is not UTF-8; without it a new one is made.") from exc
if "LAB_DATA" in os.environ:
    os.environ["LAB_DATA"] = str(DATA)  # the processes that we start may run in another folder

if SECRET_KEY == "CHANGE-ME":  # noqa: S105
    raise ImproperlyConfigured("SECRET_KEY: still the placeholder of deploy/lab.env; everybody knows it, set your own.")

DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# Believe a proxy's X-Forwarded-For and -Proto; uvicorn takes them from FORWARDED_ALLOW_IPS alone.
BEHIND_PROXY = bool(env.str("FORWARDED_ALLOW_IPS", default=""))
# The header in which the proxy names a nonce for each publish, the same if it asks another server again; "": none.
NONCE_HEADER = env.str("LAB_NONCE_HEADER", default="")

# Apps beside the chat, which brings its own commands and pages without them.
MORE_APPS = [name for name in env.list("LAB_APPS", default=["benchmarks", "deploy"]) if find_spec(name)]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "lab",
    *MORE_APPS,
    *TECHNIQUES,
]
# The pages' middleware; the chat's own routes pass none of it (see lab/http/handler.py).
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "lab.pages.static_files.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "lab.pages.slash.LastSlash",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "lab.access.visitors.give_session",
    "lab.pages.csp.content_security_policy",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "lab.pages.views.techniques",
            ]
        },
    }
]
ROOT_URLCONF = "lab.urls"
ASGI_APPLICATION = "lab.asgi.application"

DATABASE_URL = env.str("DATABASE_URL") or f"sqlite:///{quote(os.fsencode(DATA / 'lab.sqlite3'))}"
if DATABASE_URL.lower().startswith("sqlite:"):
    try:
        path = data_folder.sqlite_path(DATABASE_URL)
        data_folder.make_file(path)
    except OSError as exc:
        setting = "DATABASE_URL" if env.str("DATABASE_URL") else "LAB_DATA"
        raise ImproperlyConfigured(f"{setting}: {exc.filename} cannot be used: {exc.strerror}.") from exc
    except ValueError as exc:
        raise ImproperlyConfigured(f"DATABASE_URL: {exc}") from exc
    if env.str("DATABASE_URL"):
        os.environ["DATABASE_URL"] = f"sqlite:///{quote(os.fsencode(path))}"  # for other folders, as LAB_DATA
    else:
        for ending in data_folder.ENDINGS:
            data_folder.tighten(Path(f"{path}{ending}"), data_folder.FILE)
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": path}}
else:
    DATABASES = {"default": env.db_url_config(DATABASE_URL)}
if DATABASES["default"].get("ENGINE") not in ("django.db.backends.sqlite3", "django.db.backends.postgresql"):
    raise ImproperlyConfigured("DATABASE_URL: not the address of an SQLite or PostgreSQL database.")
DATABASE_PATIENCE = 5  # seconds that a piece of work on it may take; past it 503
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASE_PATIENCE = 20  # whoever holds its lock is on this machine, and nearly done
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # a writer waits for the lock instead of failing on it
        "timeout": 15,  # seconds
        # FULL: an acknowledged message has reached the disk, not only the system's cache.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 2,  # seconds
        # Nobody waits longer than that for a lock, or for one who froze with a lock in hand. Milliseconds.
        "options": "-c statement_timeout=4000 -c idle_in_transaction_session_timeout=4000",
        "tcp_user_timeout": 10_000,  # milliseconds until a peer that takes no bytes counts as gone
        "keepalives_idle": 10,  # seconds of silence before it is asked whether it is there
        "keepalives_interval": 5,  # seconds between such questions
        "keepalives_count": 3,
    } | DATABASES["default"].get("OPTIONS", {})
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
REDIS_LAYER = env.str("REDIS_LAYER", default="channels_redis.core.RedisChannelLayer")  # or Redis' own pub/sub
REDIS = {
    "address": REDIS_URL,
    "socket_connect_timeout": 2,  # seconds
    "socket_timeout": 8,  # seconds; the layer waits up to 5 for an event, so a longer silence means that Redis is gone
    "retry_on_error": [ConnectionError],  # once, at once: the connection may have been lost long ago
}
CHANNEL_LAYERS = {
    "default": {"BACKEND": REDIS_LAYER, "CONFIG": {"hosts": [REDIS]}}
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}

# In signed cookies: a handshake that names one must not cost a look at the database. By a name of their own, because
# browsers send a cookie to all ports of a host, where other Django projects may have theirs.
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_NAME = "lab_login"

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # serve from the source folders: nothing to collect
WHITENOISE_AUTOREFRESH = DEBUG

# The wires before this server, {"page": port, "control": port, "wires": {technique: port}}; manage.py demo lays them.
WIRES = env.json("LAB_WIRES", default={})

PULSE = env.str("LAB_PULSE", default="")  # a file for what `lab.server.loop_monitor` notes; the benchmarks name one

USE_I18N = True
USE_TZ = True
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "lab" / "locale"]  # for the techniques' words too
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]

X_FRAME_OPTIONS = "DENY"  # but for the panes, which the page of all techniques frames
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# Behind a proxy that speaks HTTPS: pages by HTTPS alone, for 30 days from each visit, and cookies too.
HTTPS = env.bool("LAB_HTTPS", default=False)
if HTTPS and not BEHIND_PROXY:  # each request would be taken for HTTP: redirected for ever, its Origin foreign
    raise ImproperlyConfigured("LAB_HTTPS: needs FORWARDED_ALLOW_IPS, the address of the proxy that speaks HTTPS.")
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 30 * 24 * 3_600 if HTTPS else 0
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if HTTPS else None  # which browsers complain of on plain HTTP
# HSTS for this name alone: that of all below it, and its place in the browsers' own list, are not ours to bind.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# What one client or one room may cost; each bound is tried at the bound and one past it.
BODY_MAX = 65_536  # bytes of a body, and of a message on a WebSocket; past it 413, and 1009
HEAD_MAX = 16_384  # bytes of a request's head; past it 431
HEADERS_MAX = 200  # headers of a request, for each costs memory however short it is; past it 431
DATA_UPLOAD_MAX_NUMBER_FIELDS = None  # these two bound them
HEAD_SECONDS = 10  # for a head to come whole; past it 408
BODY_SECONDS = 30  # for a body to come whole; past it 408
PIECES_MAX = 8  # bytes that a client may spend on cutting one byte of a body into chunks; past it 413
LINGER_SECONDS = 2  # that a connection which is over is still read, so that no reset takes the last answer away
LINGER_MAX = 1_000_000  # bytes that are read of it meanwhile; past it the connection is cut
TAKE_SECONDS = 60  # in which a client must take something of what waits for it; past it the connection is cut
BUFFER_BYTES = 16_384  # that may wait in a connection before its client counts as slow; past it nothing more is written
BUFFERS_BYTES = 200_000_000  # that wait for all slow clients; past it the address that has most loses a connection
CONNECTIONS_MAX = 20_000  # connections of a process; past it 503
FILES_KEPT = 32  # of the files that a process may open, kept for answers, a quarter at most; past them 503
# Connections of one address to a process, 0: no bound; past it 429. A class of 40 behind one address has 125 each.
ADDRESS_CONNECTIONS = number("LAB_ADDRESS_CONNECTIONS", 5_000)
# Requests and WebSockets that one browser's session holds open in a process, 0: no bound; past it 429.
SESSION_CONNECTIONS = number("LAB_SESSION_CONNECTIONS", 200)
# Requests and handshakes a second from one address and of one browser's session, twice that in a burst, 0: no limit;
# past it 429. One process on one core answers fewer than the address may make.
REQUEST_RATE = number("LAB_REQUEST_RATE", 5_000)
SESSION_REQUEST_RATE = number("LAB_SESSION_REQUEST_RATE", 500)
PAGE_MAX = 500  # messages in one answer
RECENT = 50  # messages given to a reader that names no `after`
PAGE_BYTES = 262_144  # of the messages' JSON in one answer: of English, the recent ones fit however long they are
TAIL_MAX = 1_000  # newest messages that a process remembers of a room
TAILS_BYTES = 100_000_000  # of memory of the messages that a process remembers of all its rooms
QUEUE_MAX = 256  # messages waiting in one queue before it falls back to history
QUEUE_BYTES = 2_000_000  # of memory of those; past it the same
QUEUES_BYTES = 100_000_000  # of memory of the messages that wait in all queues; past it the same, the longest first
STAGE_QUEUE_MAX = 10_000  # the same, for the stages of a staircase whose queues grow and grow
QUEUE_IDLE = 60  # seconds that a user's queue lives unread
QUEUES_MAX = 20_000  # users' queues in a process; past it the greediest address loses an idle one, else 503
ROOMS_MAX = 10_000  # rooms open in a process; past it the same
# Of those, the share of one address and of one browser's session, 0: no share; past it its own idle one goes, else 429.
# In a class of 60 behind one address each has 83 queues and 41 rooms.
ADDRESS_QUEUES = number("LAB_ADDRESS_QUEUES", 5_000)
SESSION_QUEUES = number("LAB_SESSION_QUEUES", 200)
ADDRESS_ROOMS = number("LAB_ADDRESS_ROOMS", 2_500)
SESSION_ROOMS = number("LAB_SESSION_ROOMS", 200)
ROOM_IDLE = 60  # seconds that a process remembers a room which nobody reads
WAITING_MAX = 10_000  # messages waiting for the disk; past it 503
WAITING_BYTES = 20_000_000  # of memory of their texts; past it 503
UNHEARD_BYTES = 20_000_000  # of memory of the messages announced to busy rooms, and to a layer that is slow
UNHEARD_MAX = 100  # announcements that wait for a busy room, as in a channel layer; it finds the rest in the store
HOLD = 25  # seconds a long poll is held; under the idle timeout of common proxies
HOLD_MAX = 55  # seconds; proxies cut an idle connection at 60
HEARTBEAT = 15  # seconds of silence on an event stream or a WebSocket before a heartbeat
GOODBYE = 1.5  # seconds that streams get to end once the server is told to, and open requests after them
LOOK = 1.0  # seconds between looks into the store for messages that were not announced
# Frames a second of one WebSocket that publish nothing (refused ones, pings, tiny fragments), twice that at once.
FRAME_RATE = 100  # past it the connection is closed with 1008
# Messages a second from one address and of one browser's session, twice that in a burst, 0: no limit; past it 429.
PUBLISH_RATE = number("LAB_PUBLISH_RATE", 2_000)
SESSION_RATE = number("LAB_SESSION_RATE", 200)
RATES_MAX = 10_000  # addresses and sessions whose rates a process counts; past it the oldest count is forgotten

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"refusals": {"()": "lab.server.logs.drop_refusals"}, "layer": {"()": "lab.server.logs.drop_layer"}},
    "formatters": {"lines": {"()": "lab.server.logs.Lines"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "loggers": {
        "lab": {"handlers": ["console"], "level": "INFO"},
        "uvicorn.error": {"handlers": ["console"], "level": "WARNING", "filters": ["refusals"]},
        "asyncio": {"handlers": ["console"], "level": "WARNING", "filters": ["layer"]},
        "django.request": {"level": "ERROR"},  # a refusal is the client's affair
        "django.security": {"level": "ERROR"},
    },
}
