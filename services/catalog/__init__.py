"""The catalog worker: Glue partitions and QuickSight refreshes."""
