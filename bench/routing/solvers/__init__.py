"""One file a solver: each states the instance in that library's own words and gives back routes of node numbers."""
