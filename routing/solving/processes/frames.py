"""What a child process says to its parent: pickles, each after its length in eight bytes."""

import pickle
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from routing.solving.limit import Progress
from routing.solving.processes.named import Named

_LENGTH = struct.Struct("!Q")


@dataclass(frozen=True, slots=True)
class Started:
    """The first frame: from here on the child hears its parent's signals."""


@dataclass(frozen=True, slots=True)
class Better:
    """A better plan, and the share of the limit used so far."""

    names: Named
    share: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """Parts that the parent may have solved elsewhere: it replies with their answers, `None` for those it has not."""

    parts: list[Any]


@dataclass(frozen=True, slots=True)
class Done:
    """The last frame of an errand that ended well."""

    answer: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """The last frame of an errand that raised: the exception in words."""

    detail: str


type Frame = Started | Progress | Better | Wanted | Done | Failed


def packed(frame: Any) -> bytes:
    """The frame, or a reply to one, as it goes through a pipe."""
    body = pickle.dumps(frame, protocol=pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(body)) + body


def reply_from(pipe: BinaryIO) -> Any:
    """What the other side replied, as soon as it is there."""
    (length,) = _LENGTH.unpack(pipe.read(_LENGTH.size))
    return pickle.loads(pipe.read(length))


class Frames:
    """Puts frames together again from pieces of any size."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, piece: bytes) -> Iterator[Frame]:
        """The frames that are complete with this piece."""
        self._pending += piece
        while len(self._pending) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._pending)
            end = _LENGTH.size + length
            if len(self._pending) < end:
                return
            frame: Frame = pickle.loads(self._pending[_LENGTH.size : end])
            del self._pending[:end]
            yield frame
