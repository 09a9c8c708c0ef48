"""Where the embedded AWS answers, and the credentials that it takes."""

import os
from dataclasses import dataclass

STRAY = ("AWS_", "DAYBOOK_")
"""Settings of the user's own that must not reach the local stack's clients."""


@dataclass(frozen=True)
class Endpoint:
    """An AWS-compatible endpoint. The embedded AWS takes any secret; the key is the account."""

    url: str
    quicksight_url: str
    account: str = "123456789012"
    region: str = "us-east-1"

    def environment(self) -> dict[str, str]:
        """Return the environment that points botocore here and nowhere else."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ENDPOINT_URL_QUICKSIGHT": self.quicksight_url,
            "AWS_ACCESS_KEY_ID": self.account,
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def take_over(self) -> None:
        """Point this process's own clients here, too, for as long as it lives."""
        for name in [name for name in os.environ if name.startswith(STRAY)]:
            del os.environ[name]
        os.environ.update(self.environment())
        for name in ("NO_PROXY", "no_proxy"):
            os.environ[name] = ",".join(filter(None, ["127.0.0.1", os.environ.get(name)]))
