"""The records of the CRM, by topic."""
