"""Its addresses."""

from django.urls import path

from lab.stages import steps
from websocket import server

urlpatterns = []
websocket_urlpatterns = [path("ws/websocket/<str:room>/", server.Consumer.as_asgi())]
for stage, step in steps("websocket").items():
    websocket_urlpatterns.append(path(f"ws/websocket/stages/{stage}/<str:room>/", step.Consumer.as_asgi()))
