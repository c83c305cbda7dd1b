"""A small HTTP proxy that loses, repeats, delays and cuts: what a bad line does to a learner's requests."""

import socket
import socketserver
import threading
from collections import Counter
from random import Random


class FaultyProxy(socketserver.ThreadingTCPServer):
    """Passes requests with ``Connection: close`` on to the server, and does harm to some; ``faults`` counts which."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, target: tuple[str, int], seed: int, share_of_faults: float = 0.4) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target, self.rng, self.share = target, Random(seed), share_of_faults
        self.lock, self.faults = threading.Lock(), Counter[str]()
        self.held: list[bytes] = []
        self.is_cut_for = 0

    def fate(self) -> str:
        """What happens to the next request."""
        with self.lock:
            if self.is_cut_for:
                self.is_cut_for -= 1
                fate = "cut"
            elif self.rng.random() >= self.share:
                fate = "pass"
            else:
                fate = self.rng.choice(["drop-request", "drop-reply", "duplicate", "hold-back", "cut"])
                if fate == "cut":
                    self.is_cut_for = self.rng.randrange(2, 10)
            self.faults[fate] += 1
            return fate

    def hold_back(self, request: bytes) -> None:
        """Keep a request, whose sender is told nothing, until some later one has overtaken it."""
        with self.lock:
            self.held.append(request)

    def let_go(self) -> list[bytes]:
        """The requests that were held back, in another order."""
        with self.lock:
            if len(self.held) < 3 and self.rng.random() < 0.7:
                return []
            released, self.held = self.held, []
            self.rng.shuffle(released)
            return released

    def forward(self, request: bytes) -> bytes:
        """The server's whole reply."""
        with socket.create_connection(self.target, timeout=30) as line:
            line.sendall(request)
            return _read_to_end(line)

    def release_all(self) -> None:
        """Send on what is still held back."""
        with self.lock:
            released, self.held = self.held, []
        for request in released:
            self.forward(request)


class _Handler(socketserver.BaseRequestHandler):
    server: FaultyProxy

    def handle(self) -> None:
        request = _read_request(self.request)
        fate = self.server.fate()
        if fate in ("drop-request", "cut") or not request:
            return
        if fate == "hold-back":
            self.server.hold_back(request)
            return
        reply = self.server.forward(request)
        if fate == "duplicate":
            reply = self.server.forward(request)
        if fate != "drop-reply":
            self.request.sendall(reply)
        for late in self.server.let_go():
            self.server.forward(late)


def _read_request(line: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = line.recv(65536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(row.split(b":")[1]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length:
        body += line.recv(65536)
    return head + b"\r\n\r\n" + body


def _read_to_end(line: socket.socket) -> bytes:
    pieces = []
    while piece := line.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)
