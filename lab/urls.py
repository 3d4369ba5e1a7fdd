"""The addresses: pages, and every technique's own under its name."""

from django.conf import settings
from django.urls import include, path
from django.views.i18n import JavaScriptCatalog

from lab import health, openapi, views

urlpatterns = [
    path("", views.index, name="index"),
    path("healthz", health.healthz, name="healthz"),
    path("openapi.json", openapi.openapi, name="openapi"),
    path("compare/<str:room>/", views.compare, name="compare"),
    path("advise/", views.advise, name="advise"),
    path("colours.css", views.colours, name="colours"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("jsi18n/", JavaScriptCatalog.as_view(packages=["lab"]), name="jsi18n"),
]
for name in settings.TECHNIQUES:
    technique = {"technique": name}
    urlpatterns += [
        path(f"{name}/<str:room>/", views.chat, technique, name=name),
        path(f"{name}/<str:room>/pane/", views.pane, technique, name=f"{name}-pane"),
        path(f"{name}/stages/<str:stage>/<str:room>/", views.stage, technique, name=f"{name}-stage"),
        path(f"{name}/", include(f"{name}.urls")),
    ]
