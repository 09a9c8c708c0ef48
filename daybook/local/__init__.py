"""The local stack: an embedded AWS, the topology applied to it, and the workers as processes."""
