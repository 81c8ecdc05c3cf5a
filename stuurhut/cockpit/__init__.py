"""The seven indispensable metrics at one glance."""
