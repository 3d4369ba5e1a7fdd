"""What the pages may load, call and frame, and who may frame them: the Content-Security-Policy."""

POLICY = "Content-Security-Policy"


def policy(connect=(), frame=(), ancestors=("'none'",)):
    """Return a policy that lets a page use this server and, besides, the origins named."""
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
    """Let the pages load and call nothing but this server, unless their view says more."""
    strict = policy()

    def middleware(request):
        response = get_response(request)
        response.headers.setdefault(POLICY, strict)
        return response

    return middleware
