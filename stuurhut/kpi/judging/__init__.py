"""Looks at the answers of the catalogue with the eyes of `verdicts`: what deserves attention, of whom, and why."""
