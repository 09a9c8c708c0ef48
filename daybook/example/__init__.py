"""A made-up organization's cost export: realistic, deterministic, written in seconds."""

from daybook.example.folder import DEFAULT_LAST_DAY, ExampleExport, write_example

__all__ = ["DEFAULT_LAST_DAY", "ExampleExport", "write_example"]
