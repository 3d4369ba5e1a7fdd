"""Django's settings; those read through `env` can be set in the environment."""

import os
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import environ
from django.core.exceptions import ImproperlyConfigured
from django.http.request import split_domain_port
from django.utils.translation import gettext_lazy as _

from lab import packages, techniques
from lab.net import data_folder, public_origin, redis_address
from lab.techniques import TECHNIQUES


class Env(environ.Env):
    """The environment; a text is used as it is, because a key or a folder may begin with $."""

    def str(self, name, default=""):
        """Return a variable, or `default` if it is not set."""
        return os.environ.get(name, default)


env = Env()


def number(name, default):
    """Return a variable as a whole number, or `default` if it is not set."""
    try:
        value = env.int(name, default=default)
    except ValueError:
        value = -1
    if value < 0:
        raise ImproperlyConfigured(f"{name}: a whole number, 0 or more.")
    return value


def require(module, name):
    """Raise ImproperlyConfigured if the module that a variable needs is not installed."""
    try:
        packages.require(module)
    except packages.MissingPackage as exc:
        raise ImproperlyConfigured(f"{name}: {exc}") from exc


BASE_DIR = Path(__file__).resolve().parent.parent

try:
    techniques.check()
except ValueError as exc:
    raise ImproperlyConfigured(str(exc)) from exc

# The folder of all that a server keeps: database, secret key.
DATA = Path(env.str("LAB_DATA") or BASE_DIR / "data").absolute()
try:
    data_folder.make_folder(DATA)
    if not env.str("LAB_DATA"):
        data_folder.restrict(DATA, data_folder.FOLDER_MODE)  # a folder chosen by somebody may be shared
    SECRET_KEY = env.str("SECRET_KEY") or data_folder.secret_key(DATA / "secret_key")
except OSError as exc:
    raise ImproperlyConfigured(f"LAB_DATA: {exc.filename or DATA} cannot be used: {exc.strerror}.") from exc
except UnicodeDecodeError as exc:
    raise ImproperlyConfigured(f"LAB_DATA: {DATA / 'secret_key'} is not UTF-8; without it a new one is made.") from exc
if "LAB_DATA" in os.environ:
    os.environ["LAB_DATA"] = str(DATA)  # child processes may run in another folder

if SECRET_KEY == "CHANGE-ME":  # noqa: S105
    raise ImproperlyConfigured("SECRET_KEY: still the placeholder of deploy/lab.env; everybody knows it, set your own.")

DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# Trust a proxy's X-Forwarded-For and -Proto; uvicorn accepts them only from FORWARDED_ALLOW_IPS.
BEHIND_PROXY = bool(env.str("FORWARDED_ALLOW_IPS", default=""))
# The header with the proxy's nonce for each publish, the same when it retries with another server; "": none.
NONCE_HEADER = env.str("LAB_NONCE_HEADER", default="")

# Apps beside the chat, with commands and pages of their own; the chat runs without them.
MORE_APPS = [
    name for name in env.list("LAB_APPS", default=["benchmarks", "classroom", "deploy", "teaching"]) if find_spec(name)
]
INSTALLED_APPS = [
    "lab",  # before Django's apps, because it has a `runserver` of its own
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    *MORE_APPS,
    *TECHNIQUES,
]
# The pages' middleware; the chat's own routes do not use it (see lab/http/handler.py).
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "lab.pages.static_files.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "lab.pages.slash.LastSlash",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    *(module.MIDDLEWARE for module in map(import_module, MORE_APPS) if hasattr(module, "MIDDLEWARE")),
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
        os.environ["DATABASE_URL"] = f"sqlite:///{quote(os.fsencode(path))}"  # for child processes, as LAB_DATA
    else:
        for suffix in data_folder.SQLITE_SUFFIXES:
            data_folder.restrict(Path(f"{path}{suffix}"), data_folder.FILE_MODE)
    DATABASES: dict[str, dict[str, Any]] = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": path}}
else:
    DATABASES = {"default": env.db_url_config(DATABASE_URL)}
if DATABASES["default"].get("ENGINE") not in ("django.db.backends.sqlite3", "django.db.backends.postgresql"):
    raise ImproperlyConfigured("DATABASE_URL: not the address of an SQLite or PostgreSQL database.")
DATABASE_TIMEOUT = 5  # seconds, timeout of one piece of work; then 503
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASE_TIMEOUT = 20  # a process that holds its lock is on this machine, and soon done
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # a writer waits for the lock instead of failing on it
        "timeout": 15,  # seconds
        # FULL: an acknowledged message is on the disk, not only in the system's cache.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    require("psycopg", "DATABASE_URL")
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 2,  # seconds
        # Milliseconds. Nobody waits longer for a lock, even if the process that holds it is frozen.
        "options": "-c statement_timeout=4000 -c idle_in_transaction_session_timeout=4000",
        "tcp_user_timeout": 10_000,  # milliseconds until a peer that acknowledges nothing counts as gone
        "keepalives_idle": 10,  # seconds of silence before the first probe
        "keepalives_interval": 5,  # seconds between probes
        "keepalives_count": 3,
    } | DATABASES["default"].get("OPTIONS", {})
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
REDIS_LAYER = env.str("REDIS_LAYER", default="channels_redis.core.RedisChannelLayer")
if REDIS_URL:
    require("channels_redis", "REDIS_URL")
    try:
        REDIS_URL = redis_address.clean(REDIS_URL)
    except ValueError as exc:
        raise ImproperlyConfigured(f"REDIS_URL: {exc}") from exc
REDIS = {
    "address": REDIS_URL,
    "socket_connect_timeout": 2,  # seconds
    "socket_timeout": 8,  # seconds; the layer blocks up to 5 for an event, so a longer silence means that Redis is gone
    "retry_on_error": [ConnectionError],  # one retry, at once: the connection may have been lost long ago
}
# The first key encrypts what passes through Redis, all decrypt it; none: it passes in clear text.
REDIS_KEYS = [key for key in env.list("REDIS_KEYS", default=[]) if key]
REDIS_CONFIG = {"hosts": [REDIS]} | ({"symmetric_encryption_keys": REDIS_KEYS} if REDIS_KEYS else {})
CHANNEL_LAYERS = {
    "default": {"BACKEND": REDIS_LAYER, "CONFIG": REDIS_CONFIG}
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}

# Sessions in signed cookies: a handshake with one must not cost a database query. The cookie has its own name, because
# browsers send a cookie to all ports of a host, and other Django projects there may use the default name.
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_NAME = "lab_login"

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # serve from the source folders, without collectstatic
WHITENOISE_AUTOREFRESH = DEBUG

# The wires of this server, {"page": port, "control": port, "wires": {technique: port}}; manage.py demo sets it.
WIRES = env.json("LAB_WIRES", default={})
# Where browsers find the page, the wires and the control of manage.py demo, if a container or a proxy is in between,
# with {port} or {name} in it, as in "https://{name}.example.org". Empty: on this machine only, at the request's host.
PUBLIC_ORIGIN = env.str("LAB_PUBLIC_ORIGIN")
PUBLIC_ORIGINS = public_origin.origins(PUBLIC_ORIGIN, WIRES) if PUBLIC_ORIGIN and WIRES else {}
CSRF_TRUSTED_ORIGINS = [origin for name, origin in PUBLIC_ORIGINS.items() if name != "control"]
ALLOWED_HOSTS += [split_domain_port(public_origin.host(origin))[0] for origin in CSRF_TRUSTED_ORIGINS]

# The class of `serve --lan` and `demo --lan`, {"key": of the teacher's address, "host": which the phones use}.
CLASS = env.json("LAB_CLASS", default={})

PULSE = env.str("LAB_PULSE", default="")  # a file for what `lab.server.loop_monitor` notes; the benchmarks name one
MESSAGE_STAMPS = env.bool("LAB_MESSAGE_STAMPS", default=False)  # for the benchmarks, see `lab.server.message_stamps`

USE_I18N = True
USE_TZ = True
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "lab" / "locale"]  # for the techniques too
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]

X_FRAME_OPTIONS = "DENY"  # except for the panes, which the board frames
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# Behind a proxy that speaks HTTPS: pages and cookies only by HTTPS, for 30 days after each visit.
HTTPS = env.bool("LAB_HTTPS", default=False)
if HTTPS and not BEHIND_PROXY:  # each request would count as HTTP: endless redirects, foreign Origins
    raise ImproperlyConfigured("LAB_HTTPS: needs FORWARDED_ALLOW_IPS, the address of the proxy that speaks HTTPS.")
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 30 * 24 * 3_600 if HTTPS else 0
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if HTTPS else None  # on plain HTTP browsers warn about it
# HSTS for this name only: subdomains and the browsers' preload list are not the lab's to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# What one client or one room may cost; tests try each bound, and one more. SPEC.md, 4.1, says what happens then.
BODY_MAX = 65_536  # bytes of a body, or of a WebSocket message; then 413, or 1009
HEAD_MAX = 16_384  # bytes of a request line and headers; then 431
HEADERS_MAX = 200  # headers of a request, because each costs memory however short it is; then 431
DATA_UPLOAD_MAX_NUMBER_FIELDS = None  # the bounds above are enough
HEAD_SECONDS = 10  # seconds until the headers must be complete; then 408
BODY_SECONDS = 30  # seconds until a body must be complete; then 408
PIECES_MAX = 8  # bytes on the wire for each byte of BODY_MAX, of a chunked body; then 413
LINGER_SECONDS = 2  # seconds that a finished connection is still read, so that no RST destroys the last response
LINGER_MAX = 1_000_000  # bytes that are read from it in that time; then it is aborted
TAKE_SECONDS = 60  # seconds in which a slow client must read something; then its connection is aborted
BUFFER_BYTES = 16_384  # bytes that may wait in a connection; then nothing more is written to this slow client
BUFFERS_BYTES = 200_000_000  # bytes that wait for all slow clients; then the address with the most loses a connection
CONNECTIONS_MAX = 20_000  # connections of a process; then 503
FILES_KEPT = 32  # open files that connections leave free for responses, a quarter of all at most; else 503
# Connections of one address to a process, then 429; 0: no bound. In a class of 40 behind one address, each has 125.
ADDRESS_CONNECTIONS = number("LAB_ADDRESS_CONNECTIONS", 5_000)
# Requests and WebSockets that one browser session has open in a process, then 429; 0: no bound.
SESSION_CONNECTIONS = number("LAB_SESSION_CONNECTIONS", 200)
# Requests and handshakes a second from one address and one browser session, twice that in a burst, then 429; 0: no
# bound. One process on one core can handle fewer than one address may send.
REQUEST_RATE = number("LAB_REQUEST_RATE", 5_000)
SESSION_REQUEST_RATE = number("LAB_SESSION_REQUEST_RATE", 500)
PAGE_MAX = 500  # messages in one response
RECENT = 50  # messages for a reader without `after`
PAGE_BYTES = 262_144  # bytes of JSON in one response; RECENT messages of English fit, however long they are
TAIL_MAX = 1_000  # newest messages of a room that a process keeps in memory
TAILS_BYTES = 100_000_000  # bytes of memory for these, of all rooms
QUEUE_MAX = 256  # messages in one queue; then it is emptied, and its reader goes back to history
QUEUE_BYTES = 2_000_000  # bytes of memory for these; then the same
QUEUES_BYTES = 100_000_000  # bytes of memory for the messages in all queues; then the same, the longest wait first
STAGE_QUEUE_MAX = 10_000  # messages in one queue of a stage without a bound of its own; then the same
QUEUE_IDLE = 60  # seconds that a long-polling queue is kept without a reader
QUEUES_MAX = 20_000  # long-polling queues of a process; then the address with the most loses an idle one, or 503
ROOMS_MAX = 10_000  # open rooms of a process; then the same
# The share of one address and of one browser session in these; then it loses an idle one, or 429. 0: no bound.
# In a class of 60 behind one address, each has 83 queues and 41 rooms.
ADDRESS_QUEUES = number("LAB_ADDRESS_QUEUES", 5_000)
SESSION_QUEUES = number("LAB_SESSION_QUEUES", 200)
ADDRESS_ROOMS = number("LAB_ADDRESS_ROOMS", 2_500)
SESSION_ROOMS = number("LAB_SESSION_ROOMS", 200)
ROOM_IDLE = 60  # seconds that a room is kept in memory without a reader
WAITING_MAX = 10_000  # messages that wait for the disk; then 503
WAITING_BYTES = 20_000_000  # bytes of memory for their texts; then 503
ANNOUNCEMENTS_MAX = 100  # announcements that wait for a busy room, as in a layer; it reads the rest from the store
ANNOUNCEMENTS_BYTES = 20_000_000  # bytes of memory for those that wait for busy rooms and a slow channel layer
HOLD = 25  # seconds that a long poll is held; under the idle timeout of common proxies
HOLD_MAX = 55  # seconds; proxies cut an idle connection at 60
HEARTBEAT = 15  # seconds of silence on an event stream or a WebSocket, then a heartbeat
SHUTDOWN_GRACE = 1.5  # seconds that streams have to end at a shutdown, and then open requests
SYNC_INTERVAL = 1.0  # seconds between queries of the store for messages whose announcement was lost
# Frames a second on one WebSocket that publish nothing (refused ones, pings, tiny fragments), twice that in a burst.
FRAME_RATE = 100  # then the connection is closed with 1008
# Messages a second from one address and one browser session, twice that in a burst, then 429; 0: no bound.
PUBLISH_RATE = number("LAB_PUBLISH_RATE", 2_000)
SESSION_RATE = number("LAB_SESSION_RATE", 200)
RATES_MAX = 10_000  # addresses and sessions whose rates a process counts; then the oldest count is forgotten

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "refusals": {"()": "lab.server.logs.drop_refusals"},
        "layer": {"()": "lab.server.logs.drop_layer"},
        "exceptions": {"()": "lab.server.logs.keep_exceptions"},
    },
    "formatters": {"lines": {"()": "lab.server.logs.Lines"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "loggers": {
        "lab": {"handlers": ["console"], "level": "INFO"},
        "uvicorn.error": {"handlers": ["console"], "level": "WARNING", "filters": ["refusals"]},
        "asyncio": {"handlers": ["console"], "level": "WARNING", "filters": ["layer"]},
        # A page that fails leaves its traceback; a refusal is the client's mistake, and 503 needs no line each time.
        "django.request": {"handlers": ["console"], "level": "ERROR", "filters": ["exceptions"], "propagate": False},
        "django.security": {"level": "ERROR"},
    },
}
