"""The query worker: from a delivered cost export to a billing period's staged rows."""
