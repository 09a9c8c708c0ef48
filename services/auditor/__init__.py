"""The auditor: every day since the first against the ledger, its source and the catalog."""
