variable "topology" {
  description = "infra/topology.json."
  type        = any
}

variable "bucket" {
  description = "Name of the archive bucket."
  type        = string
}

variable "workgroup" {
  description = "Name of the Athena workgroup."
  type        = string
}

variable "results" {
  description = "Prefix of query results in the archive bucket, without a slash at its end."
  type        = string
}

variable "key_arn" {
  description = "KMS key of query results."
  type        = string
}

variable "scan_limit_gb" {
  description = "Gigabytes that one query may scan."
  type        = number
}
