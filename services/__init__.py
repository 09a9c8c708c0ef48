"""One package per worker; a worker imports `shared` and itself, never another worker."""
