"""The addresses: pages, and every technique's own under its name."""

from django.conf import settings
from django.urls import include, path
from django.views.i18n import JavaScriptCatalog

from lab import health, views

urlpatterns = [
    path("", views.index, name="index"),
    path("healthz", health.healthz, name="healthz"),
    path("compare/<str:room>/", views.compare, name="compare"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("jsi18n/", JavaScriptCatalog.as_view(packages=["lab"]), name="jsi18n"),
]
for technique in settings.TECHNIQUES:
    urlpatterns += [
        path(f"{technique}/<str:room>/", views.chat, {"technique": technique}, name=technique),
        path(f"{technique}/", include(f"{technique}.urls")),
    ]
