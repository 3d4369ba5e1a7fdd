"""Addresses of pages without their last slash."""

from django.middleware.common import CommonMiddleware


class LastSlash(CommonMiddleware):
    """Middleware that redirects a GET or HEAD to the page's own address; a redirect would turn a POST into a GET."""

    def should_redirect_with_slash(self, request):
        """Return whether the address is a page's but for its last slash, and only read."""
        return request.method in ("GET", "HEAD") and super().should_redirect_with_slash(request)
