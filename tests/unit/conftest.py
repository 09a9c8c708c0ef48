"""Property tests find the same cases on every machine, however slow it is."""

from hypothesis import settings

settings.register_profile("daybook", deadline=None, derandomize=True, database=None)
settings.load_profile("daybook")
