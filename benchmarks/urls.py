"""The address of the page that advises."""

from django.urls import path

from lab.http import by


def advise(request):
    """Which technique to take: the form comes back here with the question in the query."""
    from benchmarks.advice.page import answer  # the chat starts without the measurements, and without NumPy

    return answer(request)


urlpatterns = [path("advise/", by("GET", "HEAD")(advise), name="advise")]
