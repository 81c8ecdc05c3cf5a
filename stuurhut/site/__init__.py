"""Puts the rooms together: settings, addresses, navigation, command line."""
