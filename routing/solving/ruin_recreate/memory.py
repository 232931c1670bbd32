"""Rows and numbers of arrays by address, inside compiled code.

An array is five to eleven words, and a function would be handed some hundred of them. Addresses in one record are
handed over as one word, which is what makes small functions cheap and their compilation quick. The arrays themselves
must be kept by whoever made the record (`pack.Packed`).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic


def _inside(build: Callable[..., Any]) -> Any:
    return intrinsic(build)


INT64, INT32, INT8, FLOAT64 = (np.dtype(name) for name in ("i8", "i4", "u1", "f8"))


@_inside
def row(_typing: Any, address: Any, index: Any, dtype: Any) -> Any:
    """The record with this index in an array of `dtype`; what is set in it is set in the array."""

    def build(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        offset = builder.mul(arguments[1], context.get_constant(types.int64, dtype.dtype.size))
        return builder.inttoptr(builder.add(arguments[0], offset), context.get_value_type(dtype.dtype))

    return dtype.dtype(types.int64, types.int64, dtype), build


@_inside
def copy_row(_typing: Any, to: Any, to_index: Any, source: Any, index: Any, dtype: Any) -> Any:
    """Copy a record of one array into another."""

    def build(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        size = context.get_constant(types.int64, dtype.dtype.size)
        kind = context.get_data_type(dtype.dtype).as_pointer()
        places = [
            builder.inttoptr(builder.add(base, builder.mul(number, size)), kind)
            for base, number in (arguments[0:2], arguments[2:4])
        ]
        builder.store(builder.load(places[1]), places[0])
        return context.get_dummy_value()

    return types.none(types.int64, types.int64, types.int64, types.int64, dtype), build


@_inside
def number(_typing: Any, address: Any, index: Any, dtype: Any) -> Any:
    """The number with this index in an array of `dtype`."""

    def build(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        kind = context.get_value_type(dtype.dtype).as_pointer()
        return builder.load(builder.gep(builder.inttoptr(arguments[0], kind), [arguments[1]]))

    return dtype.dtype(types.int64, types.int64, dtype), build


@_inside
def set_number(_typing: Any, address: Any, index: Any, value: Any, dtype: Any) -> Any:
    """Set the number with this index in an array of `dtype`."""

    def build(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        kind = context.get_value_type(dtype.dtype).as_pointer()
        builder.store(arguments[2], builder.gep(builder.inttoptr(arguments[0], kind), [arguments[1]]))
        return context.get_dummy_value()

    return types.none(types.int64, types.int64, dtype.dtype, dtype), build


@_inside
def call(_typing: Any, address: Any, task: Any, plan: Any, work: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    """Call the function `apart` at this address."""

    def build(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        word = context.get_value_type(types.int64)
        words = [builder.ptrtoint(record, word) for record in arguments[1:4]] + list(arguments[4:])
        function = ir.FunctionType(word, [word] * 7).as_pointer()
        return builder.call(builder.inttoptr(arguments[0], function), words)

    return types.int64(types.int64, task, plan, work, *[types.int64] * 4), build
