"""What we measure and how: words, catalogue, question to answer, statistics. No Django."""
