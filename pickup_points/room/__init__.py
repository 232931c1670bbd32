"""The room in points: doors and places of a counter, which parcels go into them, and who keeps them until when."""
