"""The addresses of a class."""

from django.urls import path

from classroom import live, pages
from lab.http import by

page = by("GET", "HEAD")

urlpatterns = [
    path("join/", page(pages.join), name="join"),
    path("join/qr.svg", page(pages.qr_code), name="join-qr"),
    path("join/state.events", live.phone_states, name="phone-states"),
    path("join/phone.json", live.join, name="join-phone"),
    path("join/vote.json", live.vote, name="vote"),
    path("join/report.json", live.report, name="report"),
    path("wall/", page(pages.wall), name="wall"),
    path("wall/state.events", live.wall_states, name="wall-states"),
    path("class/", page(pages.teacher), name="class"),
    path("class/votes.csv", page(pages.votes), name="votes"),
    path("class/state.events", live.teacher_states, name="teacher-states"),
    path("class/wall/", page(pages.teachers_wall), name="teachers-wall"),
    path("class/wall.events", live.teachers_wall_states, name="teachers-wall-states"),
    path("class/ask.json", live.ask, name="ask"),
    path("class/twin.json", live.twin, name="twin"),
    path("class/step.json", live.step, name="step"),
    path("class/settle.json", live.settle, name="settle"),
    path("class/peek.json", live.peek, name="peek"),
    path("class/keep.json", live.keep, name="keep"),
    path("class/drop.json", live.drop, name="drop"),
    path("class/technique.json", live.technique, name="technique"),
    path("class/publish.json", live.publish, name="publish"),
    path("class/forget.json", live.forget, name="forget"),
]
