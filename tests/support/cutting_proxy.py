"""A proxy between clients and a server; a test can cut its connections, or silence them."""

import socket
import threading
from contextlib import suppress


class CuttingProxy:
    """Listens on a port and carries bytes to and from the port `target`; `cut` drops every connection at once."""

    def __init__(self, target, port=0):
        self.target, self.connections, self.lock, self.cuts = target, set(), threading.Lock(), 0
        self.silenced = set()  # connections through which nothing passes any more, not even their end
        self.listening = socket.create_server(("127.0.0.1", port))
        self.port = self.listening.getsockname()[1]
        self.threads = [threading.Thread(target=self._accept)]
        self.threads[0].start()

    @property
    def url(self):
        """The address to give to clients."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        """Return the proxy."""
        return self

    def __exit__(self, *exc_info):
        """Stop listening, cut everything, and wait for the threads."""
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.threads[0].join()
        self.cut()
        for thread in self.threads:
            thread.join()

    def cut(self):
        """Drop every connection."""
        with self.lock:
            self.cuts += bool(self.connections)
            for connection in self.connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def silence(self):
        """Let nothing more pass through the existing connections, without closing them, as NAT or a suspend does."""
        with self.lock:
            self.silenced |= self.connections
        return self

    def _accept(self):
        while True:
            try:
                near, _address = self.listening.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                near.close()
                continue
            with self.lock:
                self.connections |= {near, far}
            self.threads.append(threading.Thread(target=self._serve, args=(near, far)))
            self.threads[-1].start()

    def _serve(self, near, far):
        back = threading.Thread(target=self._carry, args=(far, near))
        back.start()
        self._carry(near, far)
        back.join()
        with self.lock:
            self.connections -= {near, far}
        near.close()
        far.close()

    def _carry(self, source, sink):
        with suppress(OSError):
            while chunk := source.recv(65_536):
                if source not in self.silenced:
                    sink.sendall(chunk)
            if source in self.silenced:
                return
        for connection in (source, sink):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
