"""Its addresses."""

from django.urls import path

from websocket import server

urlpatterns = []
websocket_urlpatterns = [path("ws/websocket/<str:room>/", server.Consumer.as_asgi())]
