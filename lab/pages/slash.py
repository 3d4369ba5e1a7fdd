"""Redirects for addresses of pages without their last slash."""

from django.middleware.common import CommonMiddleware


class LastSlash(CommonMiddleware):
    """Django's CommonMiddleware for GET and HEAD only, because a redirect would turn a POST into a GET."""

    def should_redirect_with_slash(self, request):
        """Return whether the request is a GET or HEAD, and its address with a slash added is that of a page."""
        return request.method in ("GET", "HEAD") and super().should_redirect_with_slash(request)
