"""The names of what a run leaves in its folder."""

RECORD = "run.json"
DASHBOARD = "dashboard.html"
DIGEST = "digest.html"
EXECUTIVE = "executive.pdf"
