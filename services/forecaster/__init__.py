"""The forecaster: month to date against budget, and the light of every OU."""
