"""Content-Security-Policy: what a page may load, call and show in frames, and which page may show it in a frame."""

POLICY = "Content-Security-Policy"


def policy(connect=(), frame=(), ancestors=("'none'",)):
    """Return a policy that allows this server and the given origins."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            directive("connect-src", "'self'", *connect),
            directive("frame-src", *(frame or ("'none'",))),
            "form-action 'self'",
            "base-uri 'none'",
            directive("frame-ancestors", *ancestors),
        )
    )


def directive(name, *sources):
    """Return one directive."""
    return " ".join((name, *sources))


def content_security_policy(get_response):
    """Middleware that allows this server only, unless the view has set a policy of its own."""
    strict = policy()

    def middleware(request):
        response = get_response(request)
        response.headers.setdefault(POLICY, strict)
        return response

    return middleware
