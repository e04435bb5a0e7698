"""Telling people: what there is to tell, whom, in which words, and when to try again. Pure: takes `now`."""
