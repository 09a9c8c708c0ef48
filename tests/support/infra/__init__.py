"""Terraform, the emulators it is applied to, and readers of what it plans."""
