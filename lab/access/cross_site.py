"""Cross-site requests, recognized by the browser's fetch metadata (W3C, Sec-Fetch-Site).

Another site's page can make the browsers of its visitors open thousands of queues here, just with images. Such a
request has no Origin. Browsers send the metadata to localhost and over HTTPS, but not to other hosts over plain HTTP.
"""

import re
from collections.abc import Mapping

# The whole path decides: a room may be called "messages", and then /polling/messages/ is its page. Without the last
# slash the path is unknown, as a redirect would turn a POST into a GET.
# An address with a point is no room's: other apps have their JSON and their event streams there.
CHAT = re.compile(r"/healthz|/\w+/(stages/\w+/)?[^/]+/messages/?|/\w+/\w+\.(json|events)")


def is_cross_site(path: str, fetch: Mapping[bytes, bytes]) -> bool:
    """Return whether a request without an Origin comes from another site's page, by its Sec- headers {name: value}.

    Links to a page are allowed, because the visitor follows them; the page's own headers say who may frame it. Messages
    are only for this server's pages: no link, no frame and no other port of the same host may request them.
    """
    site = fetch.get(b"sec-fetch-site", b"none")
    if CHAT.fullmatch(path):
        return site not in (b"same-origin", b"none")
    return site == b"cross-site" and (fetch.get(b"sec-fetch-mode") != b"navigate" or b"sec-purpose" in fetch)
