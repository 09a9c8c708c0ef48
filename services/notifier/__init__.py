"""The notifier: the daily digest, sent once."""
