"""The charges of a bill that are one line each, in CUR 2.0 and in FOCUS."""

from typing import Any

Columns = dict[str, Any]
OTHERS: dict[str, tuple[str, str, Columns, Columns]] = {
    **{
        kind: (kind, "Discount", {}, {})
        for kind in ("EdpDiscount", "PrivateRateDiscount", "BundledDiscount")
    },
    "Credit": ("Credit", "Credit", {}, {"ChargeCategory": "Credit"}),
    "Refund": (
        "Refund",
        "Refund",
        {},
        {"ChargeCategory": "Credit", "ChargeClass": "Correction"},
    ),
    "Tax": ("Tax", "Tax", {}, {"ChargeCategory": "Tax"}),
    "Fee": ("Fee", "Fee", {}, {"ChargeCategory": "Purchase"}),
    "FlatRateSubscription": ("FlatRateSubscription", "Fee", {}, {"ChargeCategory": "Purchase"}),
    "support": (
        "Fee",
        "Support",
        {"line_item_product_code": "AWSSupportBusiness"},
        {"ChargeCategory": "Purchase", "x_ServiceCode": "AWSSupportBusiness"},
    ),
    "marketplace": (
        "Usage",
        "Marketplace",
        {"bill_billing_entity": "AWS Marketplace"},
        {"PublisherName": "Example Inc."},
    ),
    "Surprise": ("Surprise", "Surprise", {}, {"ChargeCategory": "Surprise"}),
    "pod": (
        "Usage",
        "Usage",
        {"line_item_operation": "EKSPod-EC2"},
        {"x_Operation": "EKSPod-EC2"},
    ),
}
"""By kind: the line type, the charge type, and the columns that it has in CUR 2.0 and in FOCUS."""
