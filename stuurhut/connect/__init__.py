"""Data in: files, mappings, runs, rejected rows."""
