"""Run the command: `python -m daybook`."""

from daybook.cli import main

main()
