"""The courier's round: stop events, completion, evidence. What devices report is judged and kept here."""
