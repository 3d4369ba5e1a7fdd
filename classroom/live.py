"""The addresses in JSON, and the event streams. Their views are async and run without middleware, as the chat's do."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse
from django.http.response import HttpResponseBase

from classroom import access, bounds, questions
from classroom.lesson import ROOM, Lesson, Streams, process_lesson
from classroom.phones import Phone
from lab import chat, http
from lab.chat.hub import process_hub
from lab.http.openapi import OF_CHAT, OF_PUBLISH, refusals
from lab.http.schemas import content
from lab.messages.errors import Refused
from lab.messages.validation import clean_author, draft, parse

View = Callable[..., Coroutine[Any, Any, HttpResponseBase]]
Action = Callable[[ASGIRequest, Lesson, dict[str, Any]], Awaitable[object]]

TICK = 1.0  # seconds after which a stream looks for what no event tells, such as a phone that sleeps
PAUSE = 0.2  # seconds between two events on a stream
OBJECT = {"type": "object"}
STATES = {"type": "string", "description": "Events: `data: {json}` for each state."}


def posted(teacher: bool = False) -> Callable[[Action], View]:
    """Decorate an action: its view takes an object in JSON by POST, and responds with what the action returns.

    `teacher`: it is for the teacher alone.
    """

    def decorate(action: Action) -> View:
        async def view(request: ASGIRequest) -> HttpResponseBase:
            http.only(request, "POST")
            access.check_open()
            if teacher:
                access.check_teacher(request)
            if request.content_type != "application/json":
                raise Refused("Content-Type: application/json is expected.", status=415)
            result = await action(request, await process_lesson().load(), parse(request.body))
            return result if isinstance(result, HttpResponseBase) else encoded(result or {})

        view.__doc__ = action.__doc__
        described = {"200": {"description": "Done.", **content("application/json", OBJECT)}}
        described |= refusals((*OF_CHAT, *OF_PUBLISH))
        body = {"required": True, **content("application/json", OBJECT)}
        view.operations = {"post": {"summary": action.__doc__, "requestBody": body, "responses": described}}  # type: ignore[attr-defined]
        return view

    return decorate


def encoded(fields: object) -> HttpResponse:
    """Respond with JSON."""
    return http.json_response(json.dumps(fields).encode())


# The phones


@posted()
async def join(request: ASGIRequest, lesson: Lesson, fields: dict[str, Any]) -> HttpResponse:
    """Join the class with a phone, with a name or without."""
    name = fields.get("name") or ""
    if not isinstance(name, str) or name.strip():
        try:
            name = clean_author(name)
        except Refused as refused:
            raise Refused(str(refused).replace("author", "name", 1)) from refused
    await lesson.check()
    phone = await lesson.join(access.phone_key(request), name.strip(), request.scope["visitor"].address)
    response = encoded(lesson.for_phone(phone))
    access.remember_phone(response, phone.key)
    return response


@posted()
async def vote(request: ASGIRequest, lesson: Lesson, fields: dict[str, Any]) -> dict[str, Any]:
    """Vote in the round that is open; a second vote of a phone replaces its first."""
    phone = lesson.phone(access.phone_key(request))
    await lesson.vote(phone, fields.get("round"), fields.get("option"))
    return lesson.for_phone(phone)


@posted()
async def report(request: ASGIRequest, lesson: Lesson, fields: dict[str, Any]) -> None:
    """Say that a phone is there, and which messages came to it."""
    lesson.report(lesson.phone(access.phone_key(request)), fields)


# The teacher


@posted(teacher=True)
async def ask(request: ASGIRequest, lesson: Lesson, fields: dict[str, Any]) -> None:
    """Ask a question, one of the teacher's own by its id: the first vote is open."""
    await lesson.ask(lesson.question(fields["id"]) if "id" in fields else questions.clean(fields))


@posted(teacher=True)
async def twin(request: ASGIRequest, lesson: Lesson, fields: dict[str, Any]) -> None:
    """Ask the twin of the newest question."""
    await lesson.ask_twin()


@posted(teacher=True)
async def step(request: ASGIRequest, lesson: Lesson, fields: dict[str, Any]) -> None:
    """Take the newest round to another stage."""
    await lesson.step(fields.get("stage"))


@posted(teacher=True)
async def settle(request: ASGIRequest, lesson: Lesson, fields: dict[str, Any]) -> dict[str, Any]:
    """Open the votes on a scene's question, with the options that the measurement has found to be right."""
    return (await lesson.settle(fields.get("scene"), fields.get("right"))).for_all()


@posted(teacher=True)
async def peek(request: ASGIRequest, lesson: Lesson, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the votes of the newest round to the teacher, also before they are open."""
    return lesson.round.tally() if lesson.round else {"first": [], "second": []}


@posted(teacher=True)
async def keep(request: ASGIRequest, lesson: Lesson, fields: dict[str, Any]) -> None:
    """Keep a question of the teacher's own, or those of a file in TOML."""
    if "toml" in fields:
        await lesson.add_questions(questions.from_toml(fields["toml"]))
    else:
        await lesson.add_questions([questions.clean(fields)])


@posted(teacher=True)
async def drop(request: ASGIRequest, lesson: Lesson, fields: dict[str, Any]) -> None:
    """Delete a question of the teacher's own."""
    await lesson.drop_question(fields.get("id"))


@posted(teacher=True)
async def technique(request: ASGIRequest, lesson: Lesson, fields: dict[str, Any]) -> None:
    """Let all phones read by one technique, or spread them."""
    await lesson.choose_technique(fields.get("technique"))


@posted(teacher=True)
async def publish(request: ASGIRequest, lesson: Lesson, fields: dict[str, Any]) -> dict[str, Any]:
    """Publish a message to the phones."""
    message, fresh = await chat.publish(draft(ROOM, fields), request.scope["visitor"])
    if fresh:
        lesson.published(message.id)
    return {"id": message.id}


@posted(teacher=True)
async def forget(request: ASGIRequest, lesson: Lesson, fields: dict[str, Any]) -> None:
    """Begin a new lesson: forget the votes and the phones."""
    await lesson.forget()


# What pages follow


def followed(view: View) -> View:
    """Decorate the view of an event stream."""

    async def checked(request: ASGIRequest) -> HttpResponseBase:
        http.only(request, "GET", "HEAD")
        access.check_open()
        lesson = await process_lesson().load()
        await lesson.check()
        response = await view(request, lesson)
        return HttpResponse(headers=http.STREAM_HEADERS) if request.method == "HEAD" else response

    checked.__doc__ = view.__doc__
    described = {"200": {"description": "The states.", **content("text/event-stream", STATES)}, **refusals(OF_CHAT)}
    checked.operations = {"get": {"summary": view.__doc__, "responses": described}}  # type: ignore[attr-defined]
    return checked


@followed
async def phone_states(request: ASGIRequest, lesson: Lesson) -> HttpResponseBase:
    """What a phone may see, whenever it changes."""
    key = access.phone_key(request)
    phone = lesson.phone(key)
    if phone.streams >= bounds.PHONE_STREAMS:
        raise Refused("phone: too many pages of this phone are open.", status=429, retry_after=5)
    return http.event_stream(states(lesson, lambda: lesson.for_phone(lesson.phone(key)), phone))


@followed
async def wall_states(request: ASGIRequest, lesson: Lesson) -> HttpResponseBase:
    """What everybody in the room may see, whenever it changes."""
    return limited(lesson, lesson.for_wall, lesson.walls)


@followed
async def teachers_wall_states(request: ASGIRequest, lesson: Lesson) -> HttpResponseBase:
    """The same for the teacher, whom no number of other walls keeps out."""
    access.check_teacher(request)
    return limited(lesson, lesson.for_wall, lesson.desk)


@followed
async def teacher_states(request: ASGIRequest, lesson: Lesson) -> HttpResponseBase:
    """What the teacher sees, whenever it changes."""
    access.check_teacher(request)
    return limited(lesson, lesson.for_teacher, lesson.desk)


def limited(lesson: Lesson, describe: Callable[[], object], open_ones: Streams) -> HttpResponseBase:
    """Respond with an event stream; raise Refused (503) if too many are open."""
    if open_ones.streams >= bounds.WALLS_MAX:
        raise Refused("class: too many pages follow it.", status=503, retry_after=5)
    return http.event_stream(states(lesson, describe, open_ones))


async def states(lesson: Lesson, describe: Callable[[], object], counted: Streams | Phone) -> AsyncGenerator[bytes]:
    """Yield a state as an event, now and whenever it changes, and heartbeats in between.

    The stream ends when `describe` refuses, or when the server does. `counted.streams` counts it.
    """
    loop = asyncio.get_running_loop()
    sent, silent_since = b"", loop.time()
    with lesson.listening(is_phone=isinstance(counted, Phone)) as event, lesson.following(counted):
        while not process_hub().shutting_down:
            event.clear()
            state = json.dumps(describe()).encode()
            if state != sent or loop.time() - silent_since > settings.HEARTBEAT:
                yield b"data: %b\n\n" % state if state != sent else b"event: heartbeat\ndata: {}\n\n"
                sent, silent_since = state, loop.time()
            await asyncio.sleep(PAUSE)
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK):  # no event tells that a phone sleeps, or that a command forgets
                    await event.wait()
            if not isinstance(counted, Phone):
                await lesson.check()
