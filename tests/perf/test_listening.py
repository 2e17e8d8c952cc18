"""What a listener at a terminal hears, and how long it waits for answers."""

import socket
import threading
from pathlib import Path

from controller.bench.perf.listening import Listener

TEXTS = ("Beginning", "End")


def _serve(server: socket.socket, silent: threading.Event) -> None:
    """A unit: says its texts to who attaches, answers what is typed."""
    while not silent.is_set():
        try:
            session, _ = server.accept()
        except TimeoutError:
            continue
        threading.Thread(target=_talk, args=(session,)).start()


def _talk(session: socket.socket) -> None:
    with session, session.makefile("rb") as lines:
        if next(lines) == b"attach\n":
            session.sendall(b"Beginning of it\r\n")
            session.sendall(b"End of it\r\n")
        for _ in lines:
            session.sendall(b"12:00:00 UTC\0")


def test_texts_are_heard_in_order_and_answers_are_counted(tmp_path: Path) -> None:
    path, silent = tmp_path / "terminal", threading.Event()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(path))
        server.listen()
        server.settimeout(0.05)
        unit = threading.Thread(target=_serve, args=(server, silent))
        unit.start()
        with Listener(path, TEXTS, asks="show clock") as listener:
            while not (listener.heard_all and listener.answers):
                assert not silent.wait(0.01)
        silent.set()
        unit.join()
    assert listener.heard["Beginning"] <= listener.heard["End"]
    assert all(took >= 0 for _, took in listener.answers)


def test_a_unit_that_is_off_says_nothing_and_answers_nothing(tmp_path: Path) -> None:
    with Listener(tmp_path / "terminal", TEXTS, asks="show clock") as listener:
        assert not listener.heard_all
    assert listener.heard == {}
    assert listener.answers == []
