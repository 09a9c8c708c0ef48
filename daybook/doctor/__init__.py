"""Looks at an account from outside: whether Daybook can work there, and what to do if not."""
