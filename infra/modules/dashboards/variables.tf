variable "account" {
  description = "Account id, partition and region."
  type        = object({ id = string, partition = string, region = string })
}

variable "topology" {
  description = "infra/topology.json."
  type        = any
}

variable "bucket" {
  description = "Name of the archive bucket."
  type        = string
}

variable "results" {
  description = "Prefix of query results in the archive bucket."
  type        = string
}

variable "key_arn" {
  description = "KMS key of the archive."
  type        = string
}

variable "workgroup" {
  description = "Athena workgroup that QuickSight queries with."
  type        = string
}

variable "people" {
  description = "ARNs of the QuickSight users and groups that own and that see the dashboard, and the currency that it shows first."
  type        = object({ owners = list(string), viewers = list(string), currency = string })
}

variable "texts" {
  description = "Folder of the data sets' SQL and the dashboard's definition."
  type        = string
}
