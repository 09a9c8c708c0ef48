"""Sending a mail: under a claim, once to each list, and what SES says became of it."""
