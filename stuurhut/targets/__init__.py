"""Who should reach what by when."""
