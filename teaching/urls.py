"""The addresses of the quiz."""

import json

from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.i18n import JavaScriptCatalog

from lab.http import by
from lab.pages import wire_origins
from lab.pages.csp import POLICY, policy
from lab.pages.views import techniques


def quiz(request):
    """Show the quiz; it begins with the traffic of the wires if there are any, or with a saved capture."""
    laid = wire_origins.of(request)
    titles = {each["name"]: _(each["title"]) for each in techniques(request)["techniques"]}
    context = {"titles": json.dumps(titles), "control": laid.control if laid else ""}
    response = render(request, "teaching/quiz.html", context)
    if laid:
        response.headers[POLICY] = policy(connect=[laid.control])
    return response


words = JavaScriptCatalog.as_view(packages=["teaching"])
words.media_type = "text/javascript"  # type: ignore[attr-defined]  # for the API's description
page = by("GET", "HEAD")
urlpatterns = [
    path("quiz/", page(quiz), name="quiz"),
    path("quiz/words.js", page(words), name="quiz-words"),
]
