"""JSON Schemas of the requests and responses over HTTP; every bound is the code's own."""

from typing import Any

from django.conf import settings

from lab.messages.message import FIELDS
from lab.messages.validation import AUTHOR_MAX, ID_MAX, NONCE, NONCE_MAX, ROOM_MAX, TEXT_MAX

Schema = dict[str, Any]

ID: Schema = {"type": "integer", "minimum": 0, "maximum": ID_MAX}
TIME: Schema = {"type": "number", "description": "Milliseconds since the epoch."}
AUTHOR: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": AUTHOR_MAX,
    "description": "No control characters, and no invisible ones.",
}
TEXT: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": TEXT_MAX,
    "description": "Not only white space; no NUL, no lone surrogate; delivered character for character.",
}
A_NONCE = {"type": "string", "pattern": f"^{NONCE.pattern}$", "maxLength": NONCE_MAX}


def optional(schema: Schema) -> Schema:
    """Return the schema that allows null too."""
    return schema | {"type": [schema["type"], "null"]}


def exactly(required: Schema, more: Schema | None = None) -> Schema:
    """Return the schema of an object with these fields and no others; those of `more` may be missing."""
    return {
        "type": "object",
        "properties": required | (more or {}),
        "required": list(required),
        "additionalProperties": False,
    }


ROOM: Schema = {
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
# Other fields are ignored.
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
        "last": ID | {"description": "The `after` of the next request."},
        "more": {"type": "boolean", "description": "Further messages are available already."},
    },
    {
        "reset": {"const": True, "description": "`after` is beyond the history, which starts anew."},
        "queue": {"type": "string", "description": "The id of the user's queue."},
    },
)
SCHEMAS = {"Message": MESSAGE, "Draft": DRAFT, "Page": PAGE, "Error": ERROR, "Health": HEALTH}

# Parameters of a technique's GET, by the names that lab/techniques.py allows; each technique lists its own.
PARAMETERS: dict[str, tuple[str, Schema]] = {
    "after": ("query", ID | {"description": "The id of the last message seen; without it the recent ones are given."}),
    "queue": ("query", {"type": "string", "description": "The id of the user's queue, from the response before."}),
    "hold": (
        "query",
        {"type": "number", "minimum": 0, "maximum": settings.HOLD_MAX, "default": settings.HOLD}
        | {"description": "Seconds that the request may be held; at most four digits and six more after the point."},
    ),
    "Last-Event-ID": ("header", ID | {"description": "The same as `after`; it takes precedence."}),
}


def parameter(name: str) -> Schema:
    """Return the description of a parameter; a name that is not in PARAMETERS is a part of the path."""
    place, schema = PARAMETERS.get(name, ("path", ROOM if name == "room" else {"type": "string"}))
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def content(kind: str, schema: Schema) -> Schema:
    """Return the description of a body of one media type."""
    return {"content": {kind: {"schema": schema}}}


def json_of(name: str) -> Schema:
    """Return the description of a JSON body by its schema's name."""
    return content("application/json", {"$ref": f"#/components/schemas/{name}"})
