"""What several kinds of test share: data builders and waiting on a condition."""
