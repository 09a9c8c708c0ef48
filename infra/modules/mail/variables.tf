variable "sender" {
  description = "Address that the digest comes from."
  type        = string
}

variable "verify_domain" {
  description = "Verify the domain of the address rather than the address."
  type        = bool
}

variable "configuration_set" {
  description = "Name of the configuration set."
  type        = string
}

variable "topic_arn" {
  description = "Topic that is told what became of a mail."
  type        = string
}

variable "alarms_topic_arn" {
  description = "Topic that is told of bounces and complaints."
  type        = string
}
