output "identity" {
  description = "The identity in SES: a domain, or an address."
  value       = local.identity
}

output "dns_records" {
  description = "CNAME records that verify the domain, by name; empty for an address."
  value = var.verify_domain ? {
    for token in flatten(aws_sesv2_email_identity.sender.dkim_signing_attributes[*].tokens) :
    "${token}._domainkey.${local.identity}" => "${token}.dkim.amazonses.com"
  } : {}
}
