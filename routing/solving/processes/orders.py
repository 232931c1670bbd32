"""An order for a child process as a file: a pickle, and behind it the matrices, which the child maps and never copies.

With 10 000 places a matrix has 400 MB; read as usual it would stand twice in the child while it is read.
"""

import mmap
import pickle
import struct
import tempfile
from typing import IO, Any

_COUNT = struct.Struct("!Q")
_ALIGNED = 64
"""Bytes: what numpy likes its arrays to begin at a multiple of."""


def write_order(order: Any) -> IO[bytes]:
    """A file without a name that holds the order, at its beginning."""
    matrices: list[pickle.PickleBuffer] = []
    head = pickle.dumps(order, protocol=pickle.HIGHEST_PROTOCOL, buffer_callback=matrices.append)
    pieces = [memoryview(head), *(matrix.raw() for matrix in matrices)]
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the child's for as long as it lives
    file.write(_COUNT.pack(len(pieces)) + b"".join(_COUNT.pack(len(piece)) for piece in pieces))
    for piece in pieces:
        file.seek(_aligned(file.tell()))
        file.write(piece)
    file.flush()
    file.seek(0)
    return file


def read_order(descriptor: int) -> Any:
    """The order in the file behind this descriptor. Its arrays can be written to, in memory of this process alone."""
    file = memoryview(mmap.mmap(descriptor, 0, access=mmap.ACCESS_COPY))
    (count,) = _COUNT.unpack_from(file, 0)
    lengths = [_COUNT.unpack_from(file, _COUNT.size * (number + 1))[0] for number in range(count)]
    pieces, at = [], _COUNT.size * (count + 1)
    for length in lengths:
        at = _aligned(at)
        pieces.append(file[at : at + length])
        at += length
    return pickle.loads(pieces[0], buffers=pieces[1:])


def _aligned(position: int) -> int:
    return -(-position // _ALIGNED) * _ALIGNED
