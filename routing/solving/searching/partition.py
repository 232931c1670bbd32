"""Set partitioning with HiGHS: of many good routes those that together serve every delivery at the least cost."""

from typing import Any

import highspy
import numpy as np

from routing.solving.searching.columns import Columns

_DETERMINISTIC_NODES = 2000
"""Of the branch and bound, where no clock may decide."""


def choose(columns: Columns) -> list[int] | None:
    """The columns of the cheapest plan, or nothing if none was found in time; exact when the time suffices."""
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("mip_rel_gap", 0.0)
    if columns.seconds is None:
        solver.setOptionValue("mip_max_nodes", _DETERMINISTIC_NODES)
    else:
        solver.setOptionValue("time_limit", columns.seconds)
    solver.passModel(_model(columns))
    solver.setSolution(_incumbent(columns))
    solver.run()
    found = np.array(solver.getSolution().col_value)
    if len(found) != len(columns.costs) + len(columns.leaving_out):
        return None
    return [int(column) for column in np.flatnonzero(found[: len(columns.costs)] > 0.5)]


def _model(columns: Columns) -> highspy.HighsLp:
    """Rows: each delivery once, then each kind of vehicle as often as there are; columns: routes, then left out."""
    routes, deliveries, kinds = len(columns.costs), len(columns.leaving_out), len(columns.vehicles)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = routes + deliveries, deliveries + kinds
    model.col_cost_ = np.concatenate([columns.costs, columns.leaving_out])
    model.col_lower_, model.col_upper_ = np.zeros(model.num_col_), np.ones(model.num_col_)
    model.integrality_ = [highspy.HighsVarType.kInteger] * model.num_col_
    model.row_lower_ = np.concatenate([np.ones(deliveries), np.zeros(kinds)])
    model.row_upper_ = np.concatenate([np.ones(deliveries), columns.vehicles.astype(np.float64)])
    rows = [
        np.append(columns.serves[begin:end], deliveries + kind)
        for begin, end, kind in zip(columns.begins[:-1], columns.begins[1:], columns.kinds, strict=True)
    ]
    rows += [np.array([delivery]) for delivery in range(deliveries)]
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.cumsum([0, *map(len, rows)]).astype(np.int32)
    model.a_matrix_.index_ = np.concatenate(rows).astype(np.int32)
    model.a_matrix_.value_ = np.ones(len(model.a_matrix_.index_))
    return model


def _incumbent(columns: Columns) -> highspy.HighsSolution:
    values = np.zeros(len(columns.costs) + len(columns.leaving_out))
    values[columns.incumbent] = 1
    served = np.zeros(len(columns.leaving_out), dtype=bool)
    for column in columns.incumbent:
        served[columns.serves[columns.begins[column] : columns.begins[column + 1]]] = True
    values[len(columns.costs) :] = ~served
    solution = highspy.HighsSolution()
    solution.col_value = values.tolist()
    return solution
