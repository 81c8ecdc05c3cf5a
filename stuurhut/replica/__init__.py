"""The columnar copy of the facts, and the engines that answer from it."""
