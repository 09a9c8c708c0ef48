"""Runs a command and writes what it used to a file: `python -I -S launch.py FILE COMMAND …`.

A process of its own, and a small one: Linux counts what a parent held when it started a child as
the child's peak.
"""

import os
import sys
from time import perf_counter

target, *command = sys.argv[1:]
began = perf_counter()
pid = os.posix_spawnp(command[0], command, os.environ)
_, status, used = os.wait4(pid, 0)
figures = (perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
with open(target, "w", encoding="utf-8") as file:  # noqa: PTH123 - no import it can do without
    file.write(" ".join(map(str, figures)))
sys.exit(os.waitstatus_to_exitcode(status))
