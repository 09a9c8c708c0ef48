"""The archiver: from staged rows to one Parquet object per day."""
