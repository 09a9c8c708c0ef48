"""Builders and fakes of the unit tests."""
