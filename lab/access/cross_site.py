"""Requests that a browser makes for another site's page, told by its fetch metadata (W3C, Sec-Fetch-Site).

A page elsewhere can make each of its visitors' browsers open thousands of queues here, by images alone. Such a request
carries no Origin. Browsers send the metadata to localhost and by HTTPS; by plain HTTP to other hosts they do not.
"""

import re

# Told apart by the whole address: a room may be called "messages", and then /polling/messages/ is its page. Without the
# last slash nothing is there, as a redirect would turn a POST into a GET.
CHAT = re.compile(r"/healthz|/\w+/(stages/\w+/)?[^/]+/messages/?")


def is_cross_site(path, fetch):
    """Return whether a request without an Origin is a foreign page's, given its Sec- headers {name: value} (bytes).

    A link to a page is followed because the visitor wants it; which page may frame it, its own headers say. Messages
    are for this server's pages alone: no link, no frame and no other port of the same host asks for them.
    """
    site = fetch.get(b"sec-fetch-site", b"none")
    if CHAT.fullmatch(path):
        return site not in (b"same-origin", b"none")
    return site == b"cross-site" and (fetch.get(b"sec-fetch-mode") != b"navigate" or b"sec-purpose" in fetch)
