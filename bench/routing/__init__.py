"""Plans of public and made-up instances against PyVRP, OR-Tools, VROOM and vrp-cli, at equal time on this machine."""
