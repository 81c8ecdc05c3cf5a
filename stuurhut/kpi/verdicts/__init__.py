"""What the figures say: season or trend, bad month or structural, person or process; with how sure, and what to do."""
