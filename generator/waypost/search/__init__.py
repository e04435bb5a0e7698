"""Words, index, ranking, answers, gaps and their evaluation."""
