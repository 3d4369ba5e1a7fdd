"""Static files under ASGI."""

from django.http import HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware


class StaticFiles(WhiteNoiseMiddleware):
    """WhiteNoise that sends whole files: its own response is a synchronous stream, which Django warns of under ASGI."""

    @staticmethod
    def serve(static_file, request):
        """Return the response with one file, which is small."""
        found = static_file.get_response(request.method, request.META)
        headers, body = dict(found.headers), b""
        if found.file is not None:
            with found.file as file:
                body = file.read()
            headers["Content-Length"] = str(len(body))  # the file may have changed since the server started
        response = HttpResponse(body, status=int(found.status), headers=headers)
        if "Content-Type" not in headers:
            del response.headers["Content-Type"]
        return response
