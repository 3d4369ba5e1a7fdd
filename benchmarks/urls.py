"""The address of the page /advise/."""

from django.shortcuts import render
from django.urls import path

from lab import packages
from lab.http import by


def advise(request):
    """Show the advice page; its form comes back with the question in the query. 503 without the packages for it."""
    try:
        from benchmarks.advice import page  # not at the top: the chat starts without the measurements and NumPy
    except ModuleNotFoundError as exc:
        if missing := packages.explain(exc):
            return render(request, "lab/advise.html", {"missing": missing}, status=503)
        raise
    return page.advise(request)


urlpatterns = [path("advise/", by("GET", "HEAD")(advise), name="advise")]
