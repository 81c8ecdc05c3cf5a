"""The organisation: teams, people, membership through time, formation, absence, calendar, login and rights."""
