"""Its addresses."""

from django.urls import path

from lab.http import messages
from longpoll import server

urlpatterns = [path("<str:room>/messages/", messages(server.deliver))]
