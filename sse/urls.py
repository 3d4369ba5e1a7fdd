"""Its addresses."""

from django.urls import path

from lab.http import messages
from lab.stages import steps
from sse import server

urlpatterns = [path("<str:room>/messages/", messages(server.deliver))]
for stage, step in steps("sse").items():
    urlpatterns.append(path(f"stages/{stage}/<str:room>/messages/", messages(step.deliver)))
