"""Run the command line with `python -m waypost`."""

from waypost.cli import main

main(prog_name="waypost")
