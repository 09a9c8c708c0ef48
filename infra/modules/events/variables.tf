variable "account" {
  description = "Account id, partition and region."
  type        = object({ id = string, partition = string, region = string })
}

variable "topology" {
  description = "infra/topology.json."
  type        = any
}

variable "key_arn" {
  description = "KMS key of topics and queues."
  type        = string
}

variable "alarm_rule_arns" {
  description = "EventBridge rules that may publish to the alarm topic."
  type        = list(string)
}

variable "alarm_emails" {
  description = "Who is told of alarms."
  type        = list(string)
}
