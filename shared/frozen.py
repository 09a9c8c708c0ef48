"""What all that is read or written as JSON is made of."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Immutable, and tolerant of what the next release adds."""

    # Unknown fields are ignored: a worker must read what the next release writes, too.
    # What reads and checks is made when first needed: a worker needs few of the house's models.
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)
