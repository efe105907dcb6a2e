"""A server that nobody should ever ask: it writes down who did, over HTTP and by datagrams."""

import http.server
import socket
import threading
from typing import Self


class Canary:
    """A context manager. `asked` are the paths that were asked for, `datagrams` how many came to the same port."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.datagrams = 0
        canary = self

        class Counting(http.server.BaseHTTPRequestHandler):
            def answer(self) -> None:
                canary.asked.append(self.path)
                self.send_response(200)
                self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()
                self.wfile.write(b"x")

            do_GET = do_POST = do_OPTIONS = answer  # noqa: N815  http.server's own names

            def log_message(self, *args: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Counting)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", self._server.server_port))
        self.url = f"http://localhost:{self._server.server_port}"
        self.stun = f"127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        for serve in (self._server.serve_forever, self._count):
            threading.Thread(target=serve, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._socket.close()

    def _count(self) -> None:
        try:
            while self._socket.recv(2048):
                self.datagrams += 1
        except OSError:
            return  # closed
