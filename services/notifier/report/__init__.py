"""What is told of a run: figures and findings, worked out once for whoever shows them."""
