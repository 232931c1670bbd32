"""Refuses a problem that contradicts itself, before any search starts."""

from routing.solving.inserting.locks import check_locked_starts
from routing.solving.problem import Problem, ProblemError
from routing.solving.validating.amounts import MOST_COST, MOST_STOPS, MOST_VEHICLES, check_amount, refuse_twice
from routing.solving.validating.profile import check_profile
from routing.solving.validating.stop import check_stop
from routing.solving.validating.together import check_choices, check_locks, check_pairs
from routing.solving.validating.vehicle import check_vehicle


def check_problem(problem: Problem) -> None:
    """Raise `ProblemError` naming the first thing that is wrong; a problem nobody can serve well is not wrong."""
    if len(problem.stops) > MOST_STOPS:
        raise ProblemError(f"{len(problem.stops)} stops: one plan has {MOST_STOPS} at most")
    if len(problem.vehicles) > MOST_VEHICLES:
        raise ProblemError(f"{len(problem.vehicles)} vehicles: one plan has {MOST_VEHICLES} at most")
    if problem.places < 0:
        raise ProblemError(f"places is {problem.places}: it cannot be negative")
    refuse_twice("capacity name", problem.capacity_names)
    refuse_twice("vehicle", [vehicle.id for vehicle in problem.vehicles])
    refuse_twice("stop", [stop.id for stop in problem.stops])
    for name, profile in problem.profiles.items():
        check_profile(name, profile, places=problem.places)
    for vehicle in problem.vehicles:
        check_vehicle(problem, vehicle)
    known = {vehicle.id for vehicle in problem.vehicles}
    for stop in problem.stops:
        check_stop(problem, stop, known=known)
    if problem.balance is not None:
        check_amount("balance", "cost", problem.balance.cost, most=MOST_COST)
    check_pairs(problem)
    check_choices(problem)
    check_locks(problem)
    check_locked_starts(problem)
