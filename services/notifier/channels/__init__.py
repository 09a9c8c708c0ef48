"""The digest in short for the channels of Slack and Teams."""
