"""Spells a charge in the columns of a CUR 2.0 export."""

from collections.abc import Mapping
from functools import cache

from daybook.example.accounts import PAYER
from daybook.example.charges import Charge, Kind, Value
from daybook.example.noise import draw, number, token
from daybook.example.periods import ONE_DAY, BillingPeriod, midnight
from daybook.example.services import Meter, Service

Row = Mapping[str, Value]

_AWS = "Amazon Web Services, Inc."
_ON_DEMAND = frozenset({Kind.USAGE, Kind.COVERED_USAGE})
_PRICED = _ON_DEMAND | {
    Kind.NEGATION,
    Kind.DISCOUNTED_USAGE,
    Kind.RECURRING_FEE,
    Kind.RESERVATION_FEE,
}
_UNBLENDED_ONLY = frozenset({Kind.NEGOTIATED_DISCOUNT, Kind.BUNDLED_DISCOUNT})
_UNTAGGED = 0.3
_TEAMS = ("checkout", "insights", "größe", "プラットフォーム", "platform ")
_COST_CENTERS = ("cc-1100", "cc-2040", "cc-3300")


def row(charge: Charge, period: BillingPeriod) -> Row:
    """The columns that `charge` fills; costs in USD, times in UTC without a zone."""
    return {
        **_bill(period, charge.service.seller),
        **_identity(charge),
        **_line(charge),
        **_pricing(charge),
        **_product(charge.service, charge.meter, charge.account.region),
        "resource_tags": _tags(charge.resource) if charge.resource else {},
        "bill_bill_type": "Refund" if charge.kind is Kind.REFUND else "Anniversary",
        "line_item_tax_type": "SalesTax" if charge.kind is Kind.TAX else None,
        **charge.columns,
    }


@cache
def _bill(period: BillingPeriod, seller: str | None) -> Row:
    return {
        "bill_billing_entity": "AWS Marketplace" if seller else "AWS",
        "bill_invoicing_entity": _AWS,
        "bill_invoice_id": number(10, "invoice", period.name, seller) if period.closed else None,
        "bill_payer_account_id": PAYER.id,
        "bill_payer_account_name": PAYER.name,
        "bill_billing_period_start_date": midnight(period.start),
        "bill_billing_period_end_date": midnight(period.end),
        "line_item_legal_entity": seller or _AWS,
        "line_item_currency_code": "USD",
    }


def _identity(charge: Charge) -> Row:
    day = f"{charge.day}T00:00:00Z/{charge.day + ONE_DAY}T00:00:00Z"
    key = (charge.kind, charge.account.id, charge.service.code, charge.meter.usage_type)
    return {
        "identity_line_item_id": token(52, "line", *key, charge.resource, day, charge.quantity),
        "identity_time_interval": day,
    }


def _line(charge: Charge) -> Row:
    return {
        "line_item_line_item_type": charge.kind.value,
        "line_item_usage_account_id": charge.account.id,
        "line_item_usage_account_name": charge.account.name,
        "line_item_product_code": charge.service.code,
        "line_item_usage_type": charge.meter.usage_type or None,
        "line_item_operation": charge.meter.operation or None,
        "line_item_resource_id": charge.resource,
        "line_item_usage_start_date": midnight(charge.day),
        "line_item_usage_end_date": charge.end,
        "line_item_usage_amount": charge.quantity,
        "line_item_unblended_cost": charge.cost,
        "line_item_blended_cost": None if charge.kind in _UNBLENDED_ONLY else charge.cost,
        "line_item_line_item_description": charge.description,
    }


def _pricing(charge: Charge) -> Row:
    if charge.kind not in _PRICED:
        return {}
    listed = charge.kind in _ON_DEMAND
    return _rate(charge.service, charge.meter) | {
        "pricing_public_on_demand_cost": charge.cost if listed else 0.0,
    }


@cache
def _rate(service: Service, meter: Meter) -> dict[str, Value]:
    rate = f"{meter.rate:.10f}"
    sku = token(16, "sku", service.code, meter.usage_type).upper()
    return {
        "line_item_unblended_rate": rate,
        "line_item_blended_rate": rate,
        "pricing_public_on_demand_rate": rate,
        "pricing_rate_code": f"{sku}.JRTCKXETXF.6YS6EN2CT7",
        "pricing_rate_id": number(12, "rate", service.code, meter.usage_type),
        "pricing_currency": "USD",
        "pricing_term": "OnDemand",
        "pricing_unit": meter.unit,
        "product_sku": sku,
        "product_pricing_unit": meter.unit,
    }


@cache
def _product(service: Service, meter: Meter, region: str) -> Row:
    if not meter.usage_type:
        return {"product": {"product_name": service.name}}
    return {
        "product": {"product_name": service.name, "region": region},
        "product_region_code": region,
        "product_location_type": "AWS Region",
        "product_servicecode": service.code,
        "product_operation": meter.operation or None,
        "product_usagetype": meter.usage_type,
        "product_product_family": meter.family,
        "product_instance_type": meter.instance_type,
    }


@cache
def _tags(resource: str) -> Mapping[str, str]:
    if draw("tagged", resource) < _UNTAGGED:
        return {}
    team = _TEAMS[int(draw("team", resource) * len(_TEAMS))]
    center = _COST_CENTERS[int(draw("center", resource) * len(_COST_CENTERS))]
    return {"user_team": team, "user_cost_center": center}
