"""The words of a question and its answer: period, amount, scope, question, answer. Values only."""
