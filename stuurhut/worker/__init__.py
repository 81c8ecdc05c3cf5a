"""Long work: a queue in the database, workers whose hearts beat, and a clock for what comes back."""
