"""What a courier does about points: check the room before setting out, and get into a locker."""

from __future__ import annotations

from uuid import UUID

from accounts.principals import Role
from api.access import caller, open_to
from api.auth.tokens import NOT_STORED
from api.lockers.doors import blueprint
from api.lockers.driver_schemas import LoadCheckSchema, LockerPassSchema
from api.unit import session
from driving import loading, locker_passes
from driving.loading import LoadCheck
from driving.locker_passes import NoPassLeft, Pass
from driving.queries import NotOnYourRoute
from kernel import clock
from pickup_points.lockers.devices import DeviceNotFound
from routing.queries import NoRouteToday


@blueprint.route("/driver/route/load-checks", methods=["POST"])
@open_to(Role.DRIVER, scope="driving:write")
@blueprint.response(200, LoadCheckSchema)
@blueprint.refuses(NoRouteToday)
def check_load() -> LoadCheck:
    """Check, while loading, that there is room at each point for what you bring there.

    What has none goes to the nearest point with room that the round can bear, and its recipient is told; if there is
    none, it stays behind. Read the route again when its version rose.
    """
    return loading.check(session(), driver_id=caller().id, now=clock.now())


@blueprint.route("/driver/lockers/<uuid:point_id>/passes", methods=["POST"])
@open_to(Role.DRIVER, scope="driving:write")
@blueprint.response(201, LockerPassSchema)
@blueprint.refuses(NotOnYourRoute, DeviceNotFound, NoPassLeft)
def issue_pass(point_id: UUID) -> tuple[Pass, int, dict[str, str]]:
    """Get the code that opens a locker to which you bring something today. The locker checks it without network."""
    return locker_passes.issue(session(), point_id, driver_id=caller().id, now=clock.now()), 201, NOT_STORED
