"""Its addresses."""

from importlib import import_module

from django.urls import path

from websocket import STAGES, server

urlpatterns = []
websocket_urlpatterns = [path("ws/websocket/<str:room>/", server.Consumer.as_asgi())]
for stage in STAGES:
    consumer = import_module(f"websocket.stages.{stage}").Consumer
    websocket_urlpatterns.append(path(f"ws/websocket/stages/{stage}/<str:room>/", consumer.as_asgi()))
