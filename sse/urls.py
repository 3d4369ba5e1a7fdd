"""The addresses of its messages, and of those of its stages."""

from lab.http import routes
from sse import server

urlpatterns = routes("sse", server.deliver)
