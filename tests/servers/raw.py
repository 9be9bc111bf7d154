"""A server on this machine that says exactly what a test scripts, byte by byte, over real sockets."""

from __future__ import annotations

import gzip
import json
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True)
class Asked:
    """One request as it came: `number` counts from 1 over the whole life of the server."""

    number: int
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    at: float


@dataclass(frozen=True)
class Reply:
    """What goes back: pieces of bytes, with pauses before each, and how the connection ends."""

    pieces: Sequence[bytes]
    pause: float = 0.0
    end: str = "keep"  # keep, close, reset

    @property
    def is_whole(self) -> bool:
        return self.end == "keep"


def answer(
    body: bytes | Any = b"{}",
    *,
    status: int = 200,
    kind: str = "application/json; charset=utf-8",
    headers: Mapping[str, str] | None = None,
    length: int | None = None,
    is_packed: bool = False,
    **how: Any,
) -> Reply:
    """A reply with a body; anything but bytes is given as JSON. `length` is what it claims to be long."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = {"Content-Type": kind, **(headers or {})}
    if is_packed:
        data = gzip.compress(data)
        lines["Content-Encoding"] = "gzip"
    lines["Content-Length"] = str(len(data) if length is None else length)
    head = f"HTTP/1.1 {status} Said\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n"
    return Reply((head.encode() + data,), **how)


def drip(reply: Reply, size: int, pause: float) -> Reply:
    """The same, a few bytes at a time."""
    whole = b"".join(reply.pieces)
    return Reply([whole[at : at + size] for at in range(0, len(whole), size)], pause, reply.end)


@dataclass
class RawServer:
    """Gives each request to `script`; a context. `asked` is what came, in the order of arrival."""

    script: Callable[[Asked], Reply]
    asked: list[Asked] = field(default_factory=list)
    most_at_once: int = 0

    def __enter__(self) -> Self:
        self._lock = threading.Lock()
        self._at_once = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._listen, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept
        self._listener.close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection:
                while self._one(connection):
                    pass
        except OSError:
            pass

    def _one(self, connection: socket.socket) -> bool:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                return False
            data += piece
        head, body = data.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
        while len(body) < int(headers.get("content-length", "0")):
            body += connection.recv(65536)
        method, target, _ = first.split(" ")
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            asked = Asked(len(self.asked) + 1, method, target, headers, body, time.monotonic())
            self.asked.append(asked)
        try:
            reply = self.script(asked)
            for piece in reply.pieces:
                if reply.pause:
                    time.sleep(reply.pause)
                connection.sendall(piece)
        finally:
            with self._lock:
                self._at_once -= 1
        if reply.end == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return reply.is_whole
