"""What must be brought, to whom, by when: deliveries, parcels, promises."""
