"""Stage 3, etag: a tag stands for an answer, and 304 says that this is still the answer.

A 304 has no body, but a head like any answer's, and the request was made all the same.
"""

from django.http import HttpResponseNotModified
from django.utils.http import parse_etags

from lab import chat, http


async def deliver(request, room):
    """Answer at once: 304 without a body where the client has this very answer (RFC 9110 §13.1.2)."""
    after = http.after(request)
    page = await chat.history(room, after)
    tag = f'"{after}-{page.last}"'  # other messages, or another question: another tag
    known = parse_etags(request.headers.get("If-None-Match", ""))  # a list, or * for any
    if "*" in known or tag in [each.removeprefix("W/") for each in known]:  # a proxy that compresses makes tags weak
        return HttpResponseNotModified(headers={"ETag": tag, "Cache-Control": "no-store"})
    answer = http.page(page)
    answer.headers["ETag"] = tag
    return answer
