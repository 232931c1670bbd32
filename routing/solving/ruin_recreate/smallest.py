"""The few smallest of many numbers, inside compiled code: a heap with the largest of them on top.

A partial sort of all numbers takes three times as long where a few hundred of ten thousand are wanted.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.solving.ruin_recreate.compiled import inlined


class Heap(NamedTuple):
    """Numbers, and whose they are; no number is smaller than its two children, at twice its place and beyond."""

    keys: NDArray[np.float64]
    ids: NDArray[np.int64]


def heap_of(size: int) -> Heap:
    """Room for so many."""
    return Heap(np.zeros(size), np.zeros(size, np.int64))


@inlined
def offer(heap: Heap, filled: int, key: float, id: int) -> int:
    """Keep the key if it is among the smallest so far; returns how many are kept. Ids are offered in rising order."""
    keys, ids = heap
    if filled < keys.size:
        at = filled
        while at > 0 and keys[(at - 1) // 2] <= key:
            keys[at], ids[at] = keys[(at - 1) // 2], ids[(at - 1) // 2]
            at = (at - 1) // 2
        keys[at], ids[at] = key, id
        return filled + 1
    if filled > 0 and key < keys[0]:
        sink(heap, filled, key, id)
    return filled


@inlined
def sink(heap: Heap, filled: int, key: float, id: int) -> None:
    """Put the key in the place of the largest."""
    keys, ids = heap
    at = 0
    while 2 * at + 1 < filled:
        child = 2 * at + 1
        if child + 1 < filled and _is_larger(heap, child + 1, child):
            child += 1
        if keys[child] < key or (keys[child] == key and ids[child] < id):
            break
        keys[at], ids[at] = keys[child], ids[child]
        at = child
    keys[at], ids[at] = key, id


@inlined
def _is_larger(heap: Heap, one: int, other: int) -> bool:
    keys, ids = heap
    return bool(keys[one] > keys[other] or (keys[one] == keys[other] and ids[one] > ids[other]))


@inlined
def put_in_order(heap: Heap, filled: int) -> None:
    """Sort what is kept, the smallest first, of equal ones the one with the lowest id."""
    keys, ids = heap
    for last in range(filled - 1, 0, -1):
        key, id = keys[last], ids[last]
        largest, largest_id = keys[0], ids[0]
        sink(heap, last, key, id)
        keys[last], ids[last] = largest, largest_id
