"""Measurements that are run by hand; each prints what it measured."""
