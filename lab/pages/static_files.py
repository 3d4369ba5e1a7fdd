"""Static files under ASGI."""

from django.http import HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware


class StaticFiles(WhiteNoiseMiddleware):
    """WhiteNoise that sends whole files: its own response is a synchronous stream, which Django warns of under ASGI."""

    @staticmethod
    def serve(static_file, request):
        """Return the response with one file, which is small."""
        original = static_file.get_response(request.method, request.META)
        headers, body = dict(original.headers), b""
        if original.file is not None:
            with original.file as file:
                body = file.read()
            headers["Content-Length"] = str(len(body))  # the file may have changed since the server started
        response = HttpResponse(body, status=int(original.status), headers=headers)
        if "Content-Type" not in headers:
            del response.headers["Content-Type"]
        return response
