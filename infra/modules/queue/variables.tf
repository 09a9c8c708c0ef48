variable "account" {
  description = "Account id, partition and region."
  type        = object({ id = string, partition = string, region = string })
}

variable "name" {
  description = "Name of the queue."
  type        = string
}

variable "key_arn" {
  description = "KMS key that encrypts the messages."
  type        = string
}

variable "senders" {
  description = "Who may send: service principals and the ARNs that they must come from."
  type        = map(list(string))
  default     = {}
}

variable "visibility_timeout" {
  description = "Seconds that a received message stays invisible."
  type        = number
  default     = 30
}

variable "retention_days" {
  description = "Days that a message is kept."
  type        = number
}

variable "redrive" {
  description = "Where a message goes after how many receives: a dead-letter queue's ARN and the count. null for a dead-letter queue itself."
  type        = object({ target_arn = string, after = number })
  default     = null
}

variable "sources" {
  description = "Names of the queues that this one is the dead-letter queue of; no other may use it so."
  type        = list(string)
  default     = []
}
