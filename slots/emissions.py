"""Greenhouse gas of a detour, in grams of CO2 equivalent, well to wheel. Formula, factors and sources stand here.

    g = metres / 1000 * energy per km of the vehicle * emission factor of the energy

That is the emission intensity of ISO 14083:2023 for one vehicle operation: activity times energy times the factor of
the energy's whole life. It is applied to what the insertion into the real routes *adds* to the drive: the marginal
emission of the choice, which is what the customer decides about. A share of the whole route, allocated by great-circle
distance and mass as ISO 14083 and EN 17837 do for reports, says what a parcel is charged with afterwards; between two
slots of one day it hardly differs, and so would show no choice. See docs/delivery-options.md.

The factors are defaults to be replaced by a carrier's own measurements:

- diesel 3 240 g/l: EN 16258:2012, annex A (well to wheel; the standard that ISO 14083 succeeds)
- electricity 300 g/kWh: the EU mix of 251 g/kWh of generation in 2022 (European Environment Agency), raised by a fifth
  for what is lost in lines and lies upstream of the plants
- a van to 3.5 t that stops often: 10 l of diesel, or 30 kWh, for 100 km; a cargo bicycle with a motor: 2 kWh: our
  assumptions, of the order of what is published of last-mile fleets. Who walks or pedals counts as nothing.
"""

from __future__ import annotations

from enum import StrEnum

from routing.models import Profile

DIESEL_G_PER_L = 3240
ELECTRICITY_G_PER_KWH = 300
VAN_L_PER_100_KM = 10
VAN_KWH_PER_100_KM = 30
BICYCLE_KWH_PER_100_KM = 2


class Energy(StrEnum):
    """What moves a vehicle."""

    DIESEL = "diesel"
    ELECTRIC = "electric"
    MUSCLE = "muscle"


# What is taken for a vehicle of which nobody says what moves it.
USUAL = {Profile.CAR: Energy.DIESEL, Profile.BICYCLE: Energy.ELECTRIC, Profile.FOOT: Energy.MUSCLE}

# Grams for 100 km.
_G_PER_100_KM = {
    (Profile.CAR, Energy.DIESEL): VAN_L_PER_100_KM * DIESEL_G_PER_L,
    (Profile.CAR, Energy.ELECTRIC): VAN_KWH_PER_100_KM * ELECTRICITY_G_PER_KWH,
    (Profile.BICYCLE, Energy.ELECTRIC): BICYCLE_KWH_PER_100_KM * ELECTRICITY_G_PER_KWH,
}


def grams_co2e(metres: int, *, profile: Profile, energy: Energy | None = None) -> int:
    """Return the grams that so many metres more emit, to the nearest; of a detour that saves metres none, not less."""
    per_100_km = _G_PER_100_KM.get((profile, energy or USUAL[profile]), 0)
    return max(0, round(metres * per_100_km / 100_000))
