"""The addresses: the pages, and those of each technique under its name."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.csrf import csrf_protect
from django.views.i18n import JavaScriptCatalog, set_language

from lab.http import by, health, openapi
from lab.pages import views

page = by("GET", "HEAD")
form = by("POST")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", page(views.index), name="index"),
    path("healthz", health.healthz, name="healthz"),
    path("openapi.json", page(openapi.openapi), name="openapi"),
    path("compare/<str:room>/", page(views.compare), name="compare"),
    path("compare/<str:room>/qr.svg", page(views.qr), name="qr"),
    path("colours.css", page(views.colours), name="colours"),
    path("i18n/setlang/", form(csrf_protect(set_language)), name="set_language"),
    path("jsi18n/", page(JavaScriptCatalog.as_view(packages=["lab", *settings.MORE_APPS])), name="jsi18n"),
]
for name in settings.TECHNIQUES:
    technique = {"technique": name}
    urlpatterns += [
        path(f"{name}/<str:room>/", page(views.chat), technique, name=name),
        path(f"{name}/<str:room>/pane/", page(views.pane), technique, name=f"{name}-pane"),
        path(f"{name}/stages/<str:stage>/<str:room>/", page(views.stage), technique, name=f"{name}-stage"),
        path(f"{name}/", include(f"{name}.urls")),
    ]
urlpatterns += [path("", include(f"{app}.urls")) for app in settings.MORE_APPS if find_spec(f"{app}.urls")]
