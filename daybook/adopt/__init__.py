"""Adopts an archive that was there before Daybook: records it in the ledger, rewrites nothing."""
