"""The addresses of its connections, and of those of its stages."""

from django.urls import path

from lab import techniques
from websocket import server

urlpatterns = []  # no HTTP: who publishes does it on the connection, too
websocket_urlpatterns = [path("ws/websocket/<str:room>/", server.Consumer.as_asgi())]
for name, stage in techniques.stage_servers("websocket").items():
    websocket_urlpatterns.append(path(f"ws/websocket/stages/{name}/<str:room>/", stage.Consumer.as_asgi()))
