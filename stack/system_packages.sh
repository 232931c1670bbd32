#!/usr/bin/env bash
# Installs what the private servers need from the system's packages, only what is missing, and says so.
set -euo pipefail

newest_postgres() { find /usr/lib/postgresql/*/bin/pg_ctl 2>/dev/null | sed 's|/usr/lib/postgresql/\([0-9]*\)/.*|\1|' | sort -n | tail -1 || true; }

have_postgis() {
  local version
  for version in $(ls /usr/lib/postgresql 2>/dev/null); do
    if [ -x "/usr/lib/postgresql/$version/bin/pg_ctl" ] && [ -e "/usr/share/postgresql/$version/extension/postgis.control" ]; then
      return 0
    fi
  done
  # Other systems: PostgreSQL on the PATH, PostGIS where it says its extensions are.
  command -v pg_ctl >/dev/null && command -v pg_config >/dev/null && [ -e "$(pg_config --sharedir)/extension/postgis.control" ]
}

stop() {
  echo "$1" >&2
  echo "Or set DATABASE_URL (PostgreSQL 15 or newer with PostGIS 3) and REDIS_URL: nothing is installed then." >&2
  exit 1
}

by_apt() {
  local packages=() as_root=() version
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || stop "Missing: ${missing[*]}. Not root and no sudo: ask an administrator to install postgresql, postgis for it, and redis-server."
    as_root=(sudo)
  fi
  echo "Installing with apt: ${missing[*]}"
  ${as_root[@]+"${as_root[@]}"} apt-get update -qq
  for name in "${missing[@]}"; do
    case "$name" in
      PostGIS)
        version=$(newest_postgres)
        [ -n "$version" ] || version=$(apt-cache depends postgresql | sed -n 's/^ *Depends: postgresql-\([0-9]*\)$/\1/p' | head -1)
        packages+=("postgresql-$version" "postgresql-$version-postgis-3") ;;
      Redis) packages+=(redis-server) ;;
    esac
  done
  ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
}

by_brew() {
  echo "Installing with brew: ${missing[*]}"
  brew install --quiet postgresql@17 postgis redis
}

missing=()
[ -n "${DATABASE_URL:-}" ] || have_postgis || missing+=(PostGIS)
[ -n "${REDIS_URL:-}" ] || command -v redis-server >/dev/null || missing+=(Redis)
[ ${#missing[@]} -gt 0 ] || exit 0

if command -v apt-get >/dev/null; then
  by_apt
elif command -v brew >/dev/null; then
  by_brew
else
  stop "Missing: ${missing[*]}. Neither apt nor brew is here: install PostgreSQL 15 or newer, PostGIS 3 and Redis."
fi
