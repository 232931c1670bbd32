"""A dispatcher reads who came closest to a delivery that was left out, and what would help."""

from __future__ import annotations

from routing.models import Unassigned
from tests.routing.conftest import House, minutes


class TestWhatIsLeftOut:
    def test_says_who_comes_closest_and_what_would_help(self, house: House) -> None:
        shift = house.shift()
        house.delivery(300)
        heavy = house.delivery(500, weights_g=[1000] * 41)
        early = house.delivery(400, windows=[(house.now, shift.starts_at + minutes(1))])
        far = house.delivery(90_000)

        plan = house.solved(shift)

        assert plan.failure is None
        left = {each.delivery_id: each for each in plan.unassigned}
        assert left.keys() == {heavy.id, early.id, far.id}
        for each in left.values():
            assert each.nearest_vehicle == {"shift_id": str(shift.id), "name": "Bicycle (Aino Virtanen)"}
        assert told(left[heavy.id]) == ["2 parcels over", "fits if the vehicle holds 2 parcels more: +6 min, +0.6 km"]
        assert told(left[early.id])[0] == "3 min after its window ends"
        assert told(left[early.id])[1].startswith("fits if its window ends 3 min later: ")
        (late,) = told(left[far.id])
        assert late.endswith("min after the shift ends")

    def test_says_how_much_more_leaving_it_out_must_cost(self, house: House) -> None:
        shift = house.shift()
        dear = house.delivery(5000, penalty_s=60)

        plan = house.solved(shift)

        (left,) = plan.unassigned
        assert (left.delivery_id, left.reason, left.exceeded) == (dear.id, "COSTS_MORE", [])
        assert left.relaxation is not None
        again = house.delivery(5000, penalty_s=60 + left.relaxation["by"], recipient_name="Eino Leino")
        plan = house.solved(shift, deliveries=[again])
        assert plan.unassigned == []

    def test_fits_when_the_window_ends_so_much_later(self, house: House) -> None:
        shift = house.shift()
        ends = shift.starts_at + minutes(1)
        house.delivery(2000, windows=[(house.now, ends)])
        (left,) = house.solved(shift).unassigned
        assert left.relaxation is not None
        assert (left.relaxation["rule"], left.relaxation["unit"]) == ("window_end", "min")

        later = house.delivery(2000, windows=[(house.now, ends + minutes(left.relaxation["by"]))])

        assert house.solved(shift, deliveries=[later]).unassigned == []


def told(left: Unassigned) -> list[str]:
    words = [each["words"] for each in left.exceeded]
    return words if left.relaxation is None else [*words, left.relaxation["words"]]
