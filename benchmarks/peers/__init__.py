"""Contenders that run in the environment of `peers.txt`, as `python -m benchmarks.peers.NAME`."""
