"""The QuickSight dashboard: one definition, written for infra/quicksight/dashboard.json."""
