"""List prices that the benchmarks reckon with: US dollars, us-east-1, without taxes or free tiers.

Source: AWS's pricing page of each service, as it stood in March 2026. Check them before you rely on
a sum; every sum is made of this table alone.
"""

from typing import NamedTuple


class Price(NamedTuple):
    """A price, what it is for, and whose pricing page has it."""

    usd: float
    per: str
    source: str


AS_OF = "March 2026"
ATHENA = Price(5.00, "TB scanned, 10 MB at least a query", "Amazon Athena")
VCPU = Price(0.04048, "vCPU-hour, Linux/X86", "AWS Fargate")
MEMORY = Price(0.004445, "GB-hour", "AWS Fargate")
SCRATCH = Price(0.000111, "GB-hour of scratch space above 20 GB", "AWS Fargate")
ADDRESS = Price(0.005, "hour of a public IPv4 address", "Amazon VPC")
NAT = Price(0.045, "hour of a NAT gateway; as much per GB", "Amazon VPC")
LAMBDA = Price(0.0000166667, "GB-second, x86", "AWS Lambda")
S3 = Price(0.023, "GB-month, Standard, first 50 TB", "Amazon S3")
KMS = Price(1.00, "key and month", "AWS KMS")
ALARM = Price(0.10, "alarm metric and month", "Amazon CloudWatch")
METRIC = Price(0.30, "custom metric and month", "Amazon CloudWatch")
BOARD = Price(3.00, "dashboard and month", "Amazon CloudWatch")
ALL = (ATHENA, VCPU, MEMORY, SCRATCH, ADDRESS, NAT, LAMBDA, S3, KMS, ALARM, METRIC, BOARD)
