"""A parcel's stay at a point: how it moves on with time and deeds, and the codes that end it."""
