"""The shapes of what is asked and answered over HTTP, as JSON Schema; every bound is the code's own."""

from django.conf import settings

from lab.messages.message import FIELDS
from lab.messages.validation import AUTHOR_MAX, ID_MAX, NONCE, NONCE_MAX, ROOM_MAX, TEXT_MAX

ID = {"type": "integer", "minimum": 0, "maximum": ID_MAX}
TIME = {"type": "number", "description": "Milliseconds since the epoch."}
AUTHOR = {
    "type": "string",
    "minLength": 1,
    "maxLength": AUTHOR_MAX,
    "description": "No control characters, and no invisible ones.",
}
TEXT = {
    "type": "string",
    "minLength": 1,
    "maxLength": TEXT_MAX,
    "description": "Shows something; no NUL, no lone surrogate; delivered character for character.",
}
A_NONCE = {"type": "string", "pattern": f"^{NONCE.pattern}$", "maxLength": NONCE_MAX}


def optional(schema):
    """Return the schema that takes null too."""
    return schema | {"type": [schema["type"], "null"]}


def exactly(required, more=None):
    """Return the schema of an object with these fields and no other; those of `more` may be missing."""
    return {
        "type": "object",
        "properties": required | (more or {}),
        "required": list(required),
        "additionalProperties": False,
    }


ROOM = {
    "type": "string",
    "minLength": 1,
    "maxLength": ROOM_MAX,
    "description": "Letters and digits of any script with their marks, - and _.",
    "examples": ["lobby", "物理课"],
}
OF_MESSAGE = {
    "id": ID | {"minimum": 1, "description": "Counts 1, 2, 3 … in its room, without a gap."},
    "room": ROOM,
    "author": AUTHOR,
    "text": TEXT,
    "nonce": A_NONCE,
    "sent_at": optional(TIME),
    "published_at": TIME,
}
MESSAGE = exactly({name: OF_MESSAGE[name] for name in FIELDS})
# Fields that nobody asks for are not read.
DRAFT = {
    "type": "object",
    "properties": {
        "author": AUTHOR,
        "text": TEXT,
        "nonce": optional(A_NONCE),
        "sent_at": optional(TIME | {"minimum": -1e299, "maximum": 1e299}),
    },
    "required": ["author", "text"],
}
ERROR = exactly({"error": {"type": "string", "description": "One sentence."}})
HEALTH = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
PAGE = exactly(
    {
        "messages": {"type": "array", "items": {"$ref": "#/components/schemas/Message"}},
        "last": ID | {"description": "What to ask `after` next."},
        "more": {"type": "boolean", "description": "There are more already."},
    },
    {
        "reset": {"const": True, "description": "`after` is beyond the history, which starts anew."},
        "queue": {"type": "string", "description": "The id of the user's queue."},
    },
)
SCHEMAS = {"Message": MESSAGE, "Draft": DRAFT, "Page": PAGE, "Error": ERROR, "Health": HEALTH}

# The parameters of a technique's GET; each technique names its own in `PARAMETERS`. lab/techniques.py has their names.
PARAMETERS = {
    "after": ("query", ID | {"description": "The id of the last message seen; left out: the recent ones."}),
    "queue": ("query", {"type": "string", "description": "The id of the user's queue, from the answer before."}),
    "hold": (
        "query",
        {"type": "number", "minimum": 0, "maximum": settings.HOLD_MAX, "default": settings.HOLD}
        | {"description": "Seconds that the request may be held; at most four digits and six more after the point."},
    ),
    "Last-Event-ID": ("header", ID | {"description": "The same as `after`, and wins over it."}),
}


def parameter(name):
    """Return the description of a parameter by its name; any other is a part of the address."""
    place, schema = PARAMETERS.get(name, ("path", ROOM if name == "room" else {"type": "string"}))
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def content(kind, schema):
    """Return the description of a body of one media type."""
    return {"content": {kind: {"schema": schema}}}


def json_of(name):
    """Return the description of a body of JSON by its schema's name."""
    return content("application/json", {"$ref": f"#/components/schemas/{name}"})
