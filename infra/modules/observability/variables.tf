variable "account" {
  description = "Account id, partition and region."
  type        = object({ id = string, partition = string, region = string })
}

variable "workers" {
  description = "Names of the workers."
  type        = list(string)
}

variable "alarms_topic" {
  description = "ARN of the alarm topic, once its policy holds."
  type        = string
}

variable "undelivered" {
  description = "Name of the dead-letter queue of the EventBridge rules."
  type        = string
}

variable "notifier_log_group" {
  description = "Log group of the worker that sends digests."
  type        = string
}

variable "hours_to_deadline" {
  description = "Hours without a digest after which the alarm rings."
  type        = number
}

variable "tick" {
  description = "The event that asks for a day: what a person publishes when nobody did."
  type        = string
}

variable "workgroup" {
  description = "Athena workgroup whose failures ring."
  type        = string
}

variable "scan_rule" {
  description = "Name of the EventBridge rule for those failures."
  type        = string
}
