"""Simulated S3: versioned, with conditional writes."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from tests.faults.wire import Refused, Reply, Request, xml_reply

META = "x-amz-meta-"
PAGE = 1000


@dataclass(frozen=True)
class Version:
    """One version of an object."""

    body: bytes
    modified: datetime
    metadata: dict[str, str]
    by: str

    @property
    def etag(self) -> str:
        return f'"{hashlib.md5(self.body, usedforsecurity=False).hexdigest()}"'


Listed = tuple[str, Version]


@dataclass
class SimS3:
    """All buckets; `objects` maps bucket/key to versions, oldest first. `put` makes buckets."""

    now: Callable[[], datetime]
    who: Callable[[], str]
    objects: dict[str, list[Version]] = field(default_factory=dict)
    buckets: set[str] = field(default_factory=set)

    def put(self, place: str, body: bytes, metadata: dict[str, str] | None = None) -> None:
        self.buckets.add(place.partition("/")[0])
        self.objects.setdefault(place, []).append(
            Version(body, self.now(), metadata or {}, self.who())
        )

    def newest(self, prefix: str) -> dict[str, Version]:
        """Return the current objects below a prefix, by bucket/key, in order."""
        return {p: v[-1] for p, v in sorted(self.objects.items()) if p.startswith(prefix)}

    def put_object(self, request: Request) -> Reply:
        place = self._place(request)
        there = self.objects.get(place)
        if request.headers.get("if-none-match") == "*" and there:
            raise Refused("PreconditionFailed", 412)
        if wanted := request.headers.get("if-match"):
            if not there:
                raise Refused("NoSuchKey", 404)
            if there[-1].etag != wanted:
                raise Refused("PreconditionFailed", 412)
        headers = request.headers.items()
        metadata = {n.removeprefix(META): v for n, v in headers if n.startswith(META)}
        self.put(place, request.body, metadata)
        return Reply(headers={"ETag": self.objects[place][-1].etag})

    def get_object(self, request: Request) -> Reply:
        found = self._found(request)
        asked = request.headers.get("range")
        if asked is None:
            return Reply(found.body, headers=_headers(found))
        if not found.body:
            raise Refused("InvalidRange", 416)
        return Reply(found.body[-int(asked.removeprefix("bytes=-")) :], 206, _headers(found))

    def head_object(self, request: Request) -> Reply:
        found = self._found(request)
        return Reply(headers=_headers(found) | {"content-length": str(len(found.body))})

    def list_objects_v2(self, request: Request) -> Reply:
        bucket = self._place(request).strip("/")
        asked = request.query
        below = self.newest(f"{bucket}/{asked.get('prefix', '')}")
        after = f"{bucket}/{asked.get('continuation-token', '')}"
        rest = [item for item in below.items() if item[0] > after]
        found = rest[: min(PAGE, int(asked.get("max-keys", PAGE)))]
        contents = "".join(
            f"<Contents><Key>{escape(place.partition('/')[2])}</Key>"
            f"<LastModified>{version.modified:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
            f"<ETag>{escape(version.etag)}</ETag><Size>{len(version.body)}</Size></Contents>"
            for place, version in found
        )
        return xml_reply(
            f"<ListBucketResult><Name>{bucket}</Name><KeyCount>{len(found)}</KeyCount>"
            f"{_more(found, rest)}{contents}</ListBucketResult>"
        )

    def _place(self, request: Request) -> str:
        """Return bucket/key; the bucket must be there."""
        place = request.path[1:]
        if place.partition("/")[0] not in self.buckets:
            raise Refused("NoSuchBucket", 404)
        return place

    def _found(self, request: Request) -> Version:
        versions = self.objects.get(self._place(request))
        if not versions:
            raise Refused("NoSuchKey", 404)
        return versions[-1]


def _more(found: Sequence[Listed], rest: Sequence[Listed]) -> str:
    """Say whether there is another page, and where it begins: after the last key of this one."""
    if len(found) == len(rest):
        return "<IsTruncated>false</IsTruncated>"
    last = escape(found[-1][0].partition("/")[2])
    token = f"<NextContinuationToken>{last}</NextContinuationToken>"
    return f"<IsTruncated>true</IsTruncated>{token}"


def _headers(version: Version) -> dict[str, str]:
    named = {META + name: value for name, value in version.metadata.items()}
    modified = format_datetime(version.modified.replace(microsecond=0), usegmt=True)
    return {"ETag": version.etag, "Last-Modified": modified, **named}
