"""The kinds of checks, one module each: a function that runs a check once and says what it found."""
