"""The container's health check, against real sockets."""

import http.server
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from riffler.service.healthcheck import main


@contextmanager
def answering(status: int) -> Iterator[int]:
    """Run a server that answers every request with a status; give its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("status", "code"), [(200, 0), (204, 1), (404, 1), (503, 1)])
def test_only_200_is_healthy(status: int, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that answers anything but 200 isn't ready; a proxy in the environment is no part of it."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with answering(status) as port:
        monkeypatch.setenv("RIFFLER_PORT", str(port))
        assert main([]) == code
        assert main(["/livez"]) == code


def test_a_dead_port_is_unhealthy(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody there is exit code 1 and one line, as is a port that is none."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("RIFFLER_PORT", str(taken.getsockname()[1]))
        assert main([]) == 1
    monkeypatch.setenv("RIFFLER_PORT", "eight")
    assert main([]) == 1
    assert capsys.readouterr().out.count("\n") == 2
