"""The `daybook` command: local stack, runs, events and reports for operators and developers."""
