"""The commands of whoever runs Daybook: replay, status, history, dead letters."""
