variable "account" {
  description = "Account id, partition and region."
  type        = object({ id = string, partition = string, region = string })
}

variable "rule_arns" {
  description = "EventBridge rules whose targets are topics of ours."
  type        = list(string)
}

variable "topic_arns" {
  description = "Topics that deliver to queues of ours."
  type        = list(string)
}

variable "rule_topic_arns" {
  description = "Topics that EventBridge rules of ours publish to."
  type        = list(string)
}
