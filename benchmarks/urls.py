"""The address of the page /advise/."""

from django.urls import path

from lab.http import by


def advise(request):
    """Show the advice page; its form comes back with the question in the query."""
    from benchmarks.advice import page  # not at the top: the chat starts without the measurements and NumPy

    return page.advise(request)


urlpatterns = [path("advise/", by("GET", "HEAD")(advise), name="advise")]
