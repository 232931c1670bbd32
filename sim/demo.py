"""The demonstration: a city, people, orders, a plan, and the day that follows, all through the public API."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from rich.console import Console
from rich.progress import Progress

from sim import booking, collecting, engaging, lockers, ordering, planning
from sim.calls import Refused
from sim.clock import synchronise
from sim.closing import summarise
from sim.counters import staff_counters
from sim.day import Day, Wishes
from sim.engaging import CannotPrepare, CommandLine
from sim.memory import Cast
from sim.signing_in import Credentials, Person
from sim.summary import Summary

STREETS_S = 60.0


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    url: str
    city: Path
    folder: Path
    deliveries: int
    couriers: int
    hours: float
    limit_s: int
    lead_s: float  # of ours, from the first order to the first departure, beside the planning
    listeners: int
    wishes: Wishes

    @property
    def load(self) -> int:
        """How many parcels a vehicle takes: so few that every courier is needed, with a little room."""
        return math.ceil(ordering.PARCELS_EACH * self.deliveries / self.couriers * 1.15) + 2

    @property
    def memory(self) -> Path:
        """Where the cast is remembered."""
        return self.folder / "demo.json"


async def play(asked: Asked, *, console: Console, command_line: CommandLine) -> Summary:
    """Prepare a day and play it. CannotPrepare, DayFailed, Refused, Unreachable."""
    async with Day.opened(asked.url, console=console, wishes=asked.wishes) as day:
        await _city(day, asked, command_line)
        cast, dispatcher = await _people(day, asked, command_line)
        day.clock = await synchronise(day.client)
        plan = await _plan(day, asked, cast=cast, dispatcher=dispatcher)
        console.print(f"The couriers depart at {_time(day, _departure(plan))}. {_pace(day, asked)}", soft_wrap=True)
        began = time.monotonic()
        await day.drive(plan, dispatcher=dispatcher, drivers=cast.drivers)
        return await summarise(day, dispatcher=dispatcher, plan=plan, took_s=time.monotonic() - began)


async def _city(day: Day, asked: Asked, command_line: CommandLine) -> None:
    served = (await day.client.get("/v1/city")).status_code == 200
    fingerprint = asked.folder / "demo-city.sha256"
    if engaging.import_city(asked.city, served=served, command_line=command_line, memory=fingerprint):
        day.console.print(f"Imported {asked.city.name}")
    await _streets_ready(day)
    city = (await day.client.get("/v1/city")).raise_for_status().json()
    day.zone = ZoneInfo(city["zone"])
    day.console.print(f"The city is {city['name']}, {city['zone']}. Map data {city['attribution']}")


async def _streets_ready(day: Day) -> None:
    """Wait for the street servers to take up a new graph; the plan would say that it had to estimate."""
    over_at = time.monotonic() + STREETS_S
    while time.monotonic() < over_at:
        streets = (await day.client.get("/readyz")).json()["checks"]["streets"]
        if streets.get("car") == streets.get("bicycle") == "ok":
            return
        await day.clock.sleep_until(day.clock.now() + timedelta(seconds=day.clock.speed * 0.3))
    day.console.print("The street servers do not answer: times will be great-circle estimates")


async def _people(day: Day, asked: Asked, command_line: CommandLine) -> tuple[Cast, Person]:
    cast = Cast.read(asked.memory)
    admin = await engaging.sign_in_admin(day.person(Credentials("", "")), cast=cast, command_line=command_line)
    cast.write(asked.memory)
    await engaging.engage(admin, cast, couriers=asked.couriers, load=asked.load)
    cast.write(asked.memory)
    assert cast.dispatcher is not None
    dispatcher = day.person(cast.dispatcher)
    await collecting.import_points(admin, asked.city, command_line=command_line)
    if await _still_busy(day, cast):
        # Rounds of a day that was broken off: their drivers stay with them, today gets others.
        cast.drivers.clear()
        cast.vehicles.clear()
        await engaging.engage(admin, cast, couriers=asked.couriers, load=asked.load)
        cast.write(asked.memory)
    return cast, dispatcher


async def _still_busy(day: Day, cast: Cast) -> bool:
    for credentials in cast.drivers.values():
        try:
            await day.person(credentials).get("/v1/driver/route")
        except Refused:
            continue
        return True
    return False


async def _plan(day: Day, asked: Asked, *, cast: Cast, dispatcher: Person) -> dict[str, Any]:
    starts_at, ends_at = _hours(day, asked)
    label = f"demo-{starts_at:%Y%m%d%H%M%S}"
    cancelled = await planning.clear_leftovers(dispatcher, merchant_id=cast.merchant_id, but=label)
    if cancelled:
        day.console.print(f"Cancelled {cancelled} deliveries that the last day left")
    point_ids = await collecting.open_points(dispatcher, from_=starts_at)
    assert cast.admin is not None
    admin = day.person(cast.admin)
    locker = await lockers.put_up(admin)
    order = ordering.Order(
        asked.deliveries, starts_at, ends_at, asked.wishes.seed, cast.merchant_id, label, point_ids, locker["id"]
    )
    booked = await booking.book(dispatcher, order, zone=day.zone)
    if booked:
        day.console.print(f"{len(booked)} customers booked slots")
    rest = replace(order, deliveries=asked.deliveries - len(booked))
    deliveries = [*await ordering.order(dispatcher, rest), *booked]
    ids = [one["id"] for one in deliveries]
    links = await planning.make_links(dispatcher, ids)
    day.follow(dict(list(links.items())[: asked.listeners]))
    await lockers.open_up(day, locker["id"], admin=admin, dispatcher=dispatcher, links=links)
    await staff_counters(day, admin=admin, cast=cast, deliveries=deliveries, links=links)
    cast.write(asked.memory)
    _say_where(day.console, asked, deliveries=deliveries, links=links)
    shift_ids = await planning.open_shifts(
        dispatcher,
        cast,
        couriers=asked.couriers,
        starts_at=starts_at,
        ends_at=ends_at,
        place=ordering.depot(deliveries),
    )
    plan = await _planned(day, asked, dispatcher=dispatcher, shift_ids=shift_ids, delivery_ids=ids)
    return await planning.publish(dispatcher, plan["id"])


def _hours(day: Day, asked: Asked) -> tuple[datetime, datetime]:
    """Return the day's working hours: they begin when preparing is surely over, on a whole five minutes."""
    earliest = day.clock.now() + timedelta(seconds=(asked.lead_s + asked.limit_s) * day.clock.speed)
    starts_at = earliest.replace(minute=earliest.minute // 5 * 5, second=0, microsecond=0) + timedelta(minutes=5)
    return starts_at, starts_at + timedelta(hours=asked.hours)


async def _planned(
    day: Day, asked: Asked, *, dispatcher: Person, shift_ids: Sequence[str], delivery_ids: Sequence[str]
) -> dict[str, Any]:
    began = time.monotonic()
    with Progress(console=day.console, transient=True) as bars:
        bar = bars.add_task(f"Planning {len(delivery_ids)} deliveries", total=100)
        progress: Callable[[dict[str, Any]], None] = lambda plan: bars.update(bar, completed=plan["percent"])  # noqa: E731
        plan = await planning.make_plan(
            dispatcher,
            shift_ids=shift_ids,
            delivery_ids=delivery_ids,
            limit_s=asked.limit_s,
            seed=asked.wishes.seed,
            progress=progress,
        )
    km = sum(route["distance_m"] for route in plan["routes"]) / 1000
    stops = sum(len(route["stops"]) for route in plan["routes"])
    day.console.print(
        f"Planned in {time.monotonic() - began:.1f} s: {len(plan['routes'])} routes, {stops} stops, {km:.1f} km, "
        f"{len(plan['unassigned'])} left out, {plan['estimated_share'] or 0:.1%} of travel times estimated",
        soft_wrap=True,
    )
    if not plan["routes"]:
        raise CannotPrepare("the plan has no routes")
    return plan


def _say_where(
    console: Console, asked: Asked, *, deliveries: Sequence[dict[str, Any]], links: Mapping[str, str]
) -> None:
    watched = deliveries[0]
    console.print()
    console.print(f"  the docs          {asked.url}/docs", highlight=False)
    console.print(f"  the specification {asked.url}/openapi.json", highlight=False)
    console.print(f"  who is who        {asked.memory}  (passwords to sign in with)", highlight=False, soft_wrap=True)
    console.print(
        f"  watch {watched['recipient']['name']}'s parcel come to {watched['address']['text']}:", soft_wrap=True
    )
    command = f"curl -N {asked.url}/v1/track/{links[watched['id']]}/events"
    console.print(f"\n  {command}\n", highlight=False, soft_wrap=True, markup=False)


def _departure(plan: dict[str, Any]) -> datetime:
    return min(datetime.fromisoformat(route["departs_at"]) for route in plan["routes"])


def _time(day: Day, at: datetime) -> str:
    return f"{at.astimezone(day.zone):%H:%M}"


def _pace(day: Day, asked: Asked) -> str:
    if day.clock.speed == 1:
        return f"The server's clock runs as fast as yours, so this takes {asked.hours:g} hours."
    return f"The server's clock runs {day.clock.speed:g} times as fast as yours."


async def drive_plan(
    url: str, plan_id: str, *, people: Path, listeners: int, wishes: Wishes, console: Console
) -> Summary:
    """Drive a plan that somebody has published. `people` is a file as the demonstration writes it."""
    cast = Cast.read(people)
    if cast.dispatcher is None:
        raise CannotPrepare(f"{people} names no dispatcher")
    async with Day.opened(url, console=console, wishes=wishes) as day:
        dispatcher = day.person(cast.dispatcher)
        plan = await dispatcher.get(f"/v1/plans/{plan_id}")
        city: httpx.Response = await day.client.get("/v1/city")
        day.zone = ZoneInfo(city.json()["zone"]) if city.is_success else day.zone
        ids = [drop["delivery_id"] for route in plan["routes"] for stop in route["stops"] for drop in stop["drops"]]
        day.follow(await planning.make_links(dispatcher, ids[:listeners]))
        began = time.monotonic()
        await day.drive(plan, dispatcher=dispatcher, drivers=cast.drivers)
        return await summarise(day, dispatcher=dispatcher, plan=plan, took_s=time.monotonic() - began)
