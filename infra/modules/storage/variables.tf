variable "account" {
  description = "Account id, partition and region."
  type        = object({ id = string, partition = string, region = string })
}

variable "bucket" {
  description = "Name of the archive bucket."
  type        = string
}

variable "expire_days" {
  description = "After how many days what lies below a prefix expires."
  type        = map(number)
}

variable "key_arn" {
  description = "KMS key of the bucket."
  type        = string
}

variable "worker_role_arns" {
  description = "Roles that may never delete anything."
  type        = list(string)
}

variable "protect_data" {
  description = "Refuse to delete the bucket while objects are in it."
  type        = bool
}

variable "export" {
  description = "The bucket that the cost export is delivered to, the prefix, whether to make it, and whose export it is."
  type        = object({ bucket = string, prefix = string, create = bool, account_id = optional(string) })
}
