"""What all workers share: events, the worker loop, the ledger and the adapters to AWS."""
