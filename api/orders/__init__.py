"""Click and collect over HTTP, for those who order and those who prepare."""
