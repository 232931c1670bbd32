"""OR-Tools: a model that holds every rule, searched alone or to polish."""
