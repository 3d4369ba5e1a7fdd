"""The addresses of its messages, and of those of its stages."""

from lab.http import routes
from polling import server

urlpatterns = routes("polling", server.deliver)
