variable "account" {
  description = "Account id, partition and region."
  type        = object({ id = string, partition = string, region = string })
}

variable "name" {
  description = "Name of the worker, a key of workers in topology.json."
  type        = string
}

variable "entry" {
  description = "The worker's entry in topology.json."
  type = object({
    hears              = list(string)
    visibility_timeout = number
    max_receive_count  = number
    backfills          = optional(bool, false)
  })
}

variable "backfill" {
  description = "What topology.json says of the queues for backfills."
  type        = object({ suffix = string, begun_by = string, marked = string })
}

variable "retention_days" {
  description = "Days that messages are kept in the queue and in its dead-letter queues."
  type        = object({ queue = number, dead_letters = number })
}

variable "topics" {
  description = "ARNs: the events topic, the alarm topic, and the topic of what SES says of mails."
  type        = object({ events = string, alarms = string, mail = string })
}

variable "mail_says" {
  description = "Name of what SES says of mails: a worker that hears it is subscribed to the mail topic, too."
  type        = string
}

variable "key_arns" {
  description = "KMS keys: of objects and images, and of messages and logs."
  type        = object({ data = string, messages = string })
}

variable "config" {
  description = "ARN of daybook.yaml in the archive bucket."
  type        = string
}

variable "failures" {
  description = "ARN of the prefix in the archive bucket for notes why messages failed."
  type        = string
}

variable "permissions" {
  description = "What the worker may do beside its queue, the events topic and its configuration. equals: StringEquals conditions."
  type = list(object({
    sid       = string
    actions   = list(string)
    resources = list(string)
    equals    = optional(map(string))
  }))
}

variable "environment" {
  description = "Environment variables of the process, beside its queue's URL."
  type        = map(string)
}

variable "secrets" {
  description = "Environment variables that ECS fills when it starts a task: ARNs of secrets or of parameters."
  type        = map(string)
  default     = {}
}

variable "secret_keys" {
  description = "KMS keys of one's own that the secrets are encrypted with."
  type        = list(string)
  default     = []
}

variable "image_tag" {
  description = "Tag of the image to run."
  type        = string
}

variable "size" {
  description = "CPU units, memory (MiB) and scratch space (GiB)."
  type        = object({ cpu = number, memory = number, scratch = number })
}

variable "network" {
  description = "Where tasks run."
  type        = object({ subnets = list(string), security_group = string, public_ip = bool })
}

variable "cluster" {
  description = "Name and ARN of the ECS cluster."
  type        = object({ name = string, arn = string })
}

variable "warm" {
  description = "Schedule expressions (UTC) between which one task is kept running, whatever the queue holds."
  type        = object({ from = string, to = string })
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
}

variable "oldest_message_minutes" {
  description = "Minutes that a message may wait before the alarm rings."
  type        = number
  default     = 60
}

variable "oldest_backfill_hours" {
  description = "Hours that a backfill's message may wait before the alarm rings."
  type        = number
  default     = 24
}

variable "protect_data" {
  description = "Refuse to delete the repository while images are in it."
  type        = bool
}
