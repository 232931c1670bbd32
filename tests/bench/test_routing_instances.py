"""Reading the public formats, and stating them to the solvers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.routing.as_problem import as_problem
from bench.routing.best_known import with_best_known
from bench.routing.catalogue import NoInstances, public, wanted
from bench.routing.instance import Best, Objective, whole
from bench.routing.reading import (
    UnreadableInstance,
    read_homberger,
    read_lilim,
    read_ortec,
    read_sartori,
    read_solomon,
)
from routing.solving.validating.validate import check_problem

ORTEC = """NAME : TINY
TYPE : VRPTW
DIMENSION : 3
EDGE_WEIGHT_TYPE : EXPLICIT
VEHICLES : 2
EDGE_WEIGHT_FORMAT : FULL_MATRIX
CAPACITY : 10
EDGE_WEIGHT_SECTION
0	5	7
6	0	8
9	4	0
NODE_COORD_SECTION
1	0	0
2	1	1
3	2	2
DEMAND_SECTION
1	0
2	3
3	4
DEPOT_SECTION
1
-1
SERVICE_TIME_SECTION
1	0
2	60
3	61
TIME_WINDOW_SECTION
1	0	500
2	100	200
3	10	300
EOF
"""

SOLOMON = """TINY

VEHICLE
NUMBER     CAPACITY
  2         200

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0      0         0          0          0       1236          0
    1      1         1         10        912        967         90
    2      3         4         30        825        870         91
"""

LILIM = """2	200	1
0	0	0	0	0	1236	0	0	0
1	3	4	10	912	967	90	0	2
2	0	3	-10	825	1070	90	1	0
"""

SARTORI = """NAME: tiny
SIZE: 3
ROUTE-TIME: 240
CAPACITY: 300
NODES
0 41.4 2.1 0 0 240 0 0 0
1 41.4 2.2 22 129 240 5 0 2
2 41.4 2.3 -22 0 192 5 1 0
EDGES
0 2 3
4 0 5
6 7 0
EOF
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tiny.txt"


class TestReadOrtec:
    def test_keeps_the_direction_of_a_drive(self, file: Path) -> None:
        file.write_text(ORTEC)
        instance = read_ortec(file)
        assert (instance.travel[1, 2], instance.travel[2, 1]) == (8, 4)
        assert instance.windows == ((0, 500), (100, 200), (10, 300))
        assert (instance.service, instance.demands) == ((0, 60, 61), (0, 3, 4))
        assert (instance.capacity, instance.vehicles, instance.stops) == (10, 2, 2)
        assert instance.objective is Objective.DISTANCE

    def test_refuses_a_matrix_that_is_cut_off(self, file: Path) -> None:
        file.write_text(ORTEC.replace("9\t4\t0\n", ""))
        with pytest.raises(UnreadableInstance, match=r"tiny\.txt: the matrix is \(2, 3\), the dimension 3"):
            read_ortec(file)


class TestReadSolomon:
    def test_measures_in_doubles(self, file: Path) -> None:
        file.write_text(SOLOMON)
        instance = read_solomon(file)
        assert instance.travel[0, 1] == pytest.approx(2**0.5)
        assert (instance.vehicles, instance.capacity) == (2, 200)
        assert instance.objective is Objective.VEHICLES_FIRST
        assert instance.scale == 1000

    def test_counts_coarser_where_the_day_would_be_longer_than_a_shift(self, file: Path) -> None:
        file.write_text(SOLOMON.replace("1236", "3390"))
        instance = read_solomon(file)
        assert instance.scale == 100
        check_problem(as_problem(instance))

    def test_refuses_another_format(self, file: Path) -> None:
        file.write_text(LILIM)
        with pytest.raises(UnreadableInstance):
            read_solomon(file)


class TestReadHomberger:
    def test_cuts_ten_times_the_distance(self, file: Path) -> None:
        file.write_text(SOLOMON)
        instance = read_homberger(file)
        assert instance.travel[0, 1:].tolist() == [14, 50]
        assert instance.windows[1] == (9120, 9670)
        assert instance.service == (0, 900, 910)
        assert instance.objective is Objective.DISTANCE


class TestReadPairs:
    def test_knows_what_goes_where_by_li_and_lim(self, file: Path) -> None:
        file.write_text(LILIM)
        instance = read_lilim(file)
        assert instance.pairs == {1: 2}
        assert instance.demands == (0, 10, -10)
        assert instance.travel[0].tolist() == [0, 5, 3]

    def test_knows_what_goes_where_by_sartori(self, file: Path) -> None:
        file.write_text(SARTORI)
        instance = read_sartori(file)
        assert instance.pairs == {1: 2}
        assert instance.travel.tolist() == [[0, 2, 3], [4, 0, 5], [6, 7, 0]]
        assert instance.capacity == 300


class TestWhole:
    def test_rounds_to_the_safe_side(self, file: Path) -> None:
        file.write_text(SOLOMON)
        numbers = whole(read_solomon(file))
        assert numbers.travel[0, 1] == 1415
        assert numbers.travel[0, 2] == 5000
        assert numbers.windows[1] == (912_000, 967_000)
        assert numbers.travel.dtype == np.int32


class TestAsProblem:
    def test_is_one_that_the_optimiser_takes(self, file: Path) -> None:
        file.write_text(ORTEC)
        problem = as_problem(read_ortec(file))
        check_problem(problem)
        assert [stop.windows for stop in problem.stops] == [((100, 201),), ((10, 301),)]
        assert [stop.demands for stop in problem.stops] == [(3,), (4,)]
        assert {(vehicle.fixed_cost, vehicle.cost_per_s) for vehicle in problem.vehicles} == {(0, 0)}

    def test_lets_a_delivery_name_its_pickup(self, file: Path) -> None:
        file.write_text(LILIM)
        pickup, delivery = as_problem(read_lilim(file)).stops
        assert (pickup.demands, pickup.pickup) == ((0,), None)
        assert (delivery.demands, delivery.pickup) == ((10,), "1")


class TestWithBestKnown:
    def test_takes_the_recomputed_figure_where_the_fleet_is_as_small(self, file: Path) -> None:
        file.write_text(SOLOMON)
        (file.parent / "vrptw_bks.csv").write_text(
            "instance,set,vroom_bks_vehicles,vroom_bks_distance,verified_vehicles,verified_distance\n"
            "other,solomon,1,1,1,1\ntiny,solomon,19,1645.79,19,1650.8\n"
        )
        assert with_best_known(read_solomon(file), file.parent).best == Best(vehicles=19, distance=1650.8)

    def test_takes_the_published_one_where_it_is_not(self, file: Path) -> None:
        file.write_text(SOLOMON)
        (file.parent / "vrptw_bks.csv").write_text(
            "instance,set,vroom_bks_vehicles,vroom_bks_distance,verified_vehicles,verified_distance\n"
            "tiny,solomon,3,939.54,6,875.03\n"
        )
        assert with_best_known(read_solomon(file), file.parent).best == Best(vehicles=3, distance=939.54)

    def test_is_the_last_line_of_a_solution(self, tmp_path: Path) -> None:
        folder = tmp_path / "ortec"
        folder.mkdir()
        (folder / "tiny.txt").write_text(ORTEC)
        (folder / "tiny.sol").write_text("Route 1 : 1 2\nCost 22\n")
        (instance,) = public("ortec", data=tmp_path, only="*")
        assert instance.best == Best(vehicles=None, distance=22)


class TestPublic:
    def test_says_where_nothing_lies(self, tmp_path: Path) -> None:
        with pytest.raises(NoInstances, match=r"no file ortec/\*\.txt matching 'n9'"):
            list(public("ortec", data=tmp_path, only="n9"))

    def test_knows_names_by_pattern_and_by_part(self) -> None:
        assert wanted("R101", "c1*,r10*")
        assert wanted("ORTEC-n212-k20", "n212")
        assert not wanted("RC101", "r10*,n212")
