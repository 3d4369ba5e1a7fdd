"""The addresses of its messages, and of those of its stages."""

from lab.http import routes
from longpoll import server

urlpatterns = routes("longpoll", server.deliver)
