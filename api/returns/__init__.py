"""Leave to bring parcels back without a label, over HTTP."""
