"""Which content of the organization file each digest was told by: what its changes are told from.

A person may edit the file in place, and no date in it says since when. So a day's digest is
compared with the content that the digest before was told by, on the day before: of a change, dated
or not, that makes it news once. What a digest told stays told: a day that is run again is compared
as it was, and what was edited since is news of a later day.
"""

from datetime import date

from pydantic import Field

from shared.frozen import Frozen


class ToldBy(Frozen):
    """A content of the file."""

    since: date = Field(description="First day (UTC) whose digest was told by it.")
    sha256: str = Field(description="Checksum of the file's bytes.")


class OrganizationFiles(Frozen):
    """The contents that digests were told by, oldest first: the ledger's document."""

    through: date = Field(description="Newest day (UTC) whose digest was told.")
    files: tuple[ToldBy, ...] = Field(description="Contents, each until the next one begins.")

    def on(self, day: date) -> str | None:
        """Return the checksum of a day's content; None before the first."""
        known = [file.sha256 for file in self.files if file.since <= day]
        return known[-1] if known else None


def told(files: OrganizationFiles | None, day: date, sha256: str) -> OrganizationFiles:
    """Take in by which content a day is told; return `files` itself when it was told before."""
    if files and day <= files.through:
        return files
    known = files.files if files else ()
    if not known or known[-1].sha256 != sha256:
        known = *known, ToldBy(since=day, sha256=sha256)
    return OrganizationFiles(through=day, files=known)
