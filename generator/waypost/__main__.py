"""The command `waypost`, also as `python -m waypost`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; Ctrl-C ends it quietly, also while it is still loaded."""
    try:
        from waypost.cli import main as command_line  # noqa: PLC0415  # this is what takes the time

        command_line(prog_name="waypost")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
