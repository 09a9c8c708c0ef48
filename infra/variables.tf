variable "archive_bucket" {
  description = "Name of the archive bucket. Bucket names are global: null takes the topology's, finops-daily-summaries, which only one account in the world can have."
  type        = string
  default     = null

  validation {
    condition     = var.archive_bucket == null || can(regex("^[a-z0-9][a-z0-9-]{1,54}[a-z0-9]$", var.archive_bucket))
    error_message = "archive_bucket is 3 to 56 lower-case letters, digits and hyphens (the log bucket adds -logs)."
  }
}

variable "export" {
  description = "Where the cost export is delivered: the bucket, the prefix below which it lies (without slashes at its ends), and whether Terraform makes the bucket with the policy that AWS's delivery needs (README.md, step 3). account_id: the account whose export it is, such as the management account; null: this one. kms_key_arn: the customer managed key of a bucket of your own, if it has one. arn: the export in AWS Data Exports, for source.export_arn in daybook.yaml."
  type = object({
    bucket      = string
    prefix      = optional(string, "daybook")
    create      = optional(bool, true)
    account_id  = optional(string)
    kms_key_arn = optional(string)
    arn         = optional(string)
  })

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.export.bucket))
    error_message = "export.bucket is not a bucket name."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9_.=-]+(/[A-Za-z0-9_.=-]+)*$", var.export.prefix))
    error_message = "export.prefix is letters, digits and _.=- between slashes, with none at its ends."
  }

  validation {
    condition     = var.export.bucket != coalesce(var.archive_bucket, local.topology.archive_bucket.name)
    error_message = "export.bucket is the archive bucket: the export needs one of its own."
  }

  validation {
    condition     = var.export.account_id == null ? true : can(regex("^[0-9]{12}$", var.export.account_id))
    error_message = "export.account_id is an account's twelve digits."
  }

  validation {
    condition     = var.export.kms_key_arn == null ? true : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", var.export.kms_key_arn))
    error_message = "export.kms_key_arn is the ARN of a KMS key, not of an alias."
  }

  validation {
    condition     = var.export.arn == null ? true : can(regex("^arn:[a-z-]+:bcm-data-exports:us-east-1:[0-9]{12}:export/", var.export.arn))
    error_message = "export.arn is the ARN of an export in AWS Data Exports."
  }
}

variable "sender" {
  description = "Address that the digest comes from, the same as digest.sender in daybook.yaml. Its domain is verified in SES by DKIM records, unless verify_domain is false."
  type        = string

  validation {
    condition     = can(regex("^[^@\\s]+@[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.sender))
    error_message = "sender is an e-mail address with a lower-case domain."
  }
}

variable "verify_domain" {
  description = "Verify the sender's domain by DKIM (true), or the address alone by a mail with a link (false: for a first try, where nobody may edit the DNS)."
  type        = bool
  default     = true
}

variable "alarm_emails" {
  description = "Who is told of alarms. Each has to confirm the mail that SNS sends after the first apply."
  type        = list(string)

  validation {
    condition     = length(var.alarm_emails) > 0 && alltrue([for address in var.alarm_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", address))])
    error_message = "alarm_emails needs at least one e-mail address: an alarm that nobody hears is none."
  }
}

variable "image_tag" {
  description = "Tag of the workers' images in their ECR repositories: a version, never the same for two builds."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$", var.image_tag)) && var.image_tag != "latest"
    error_message = "image_tag is a tag of its own for each build; latest says nothing about what runs."
  }
}

variable "read_organization" {
  description = "Let the query worker read AWS Organizations (organization: {from: aws} in daybook.yaml). Only in the management account or a delegated administrator."
  type        = bool
  default     = false
}

variable "read_budgets" {
  description = "Let the query worker read AWS Budgets (aws_budgets in daybook.yaml), and the forecaster what it found. The budgets are those of Daybook's own account."
  type        = bool
  default     = false
}

variable "engine" {
  description = "Who scans the export, as in daybook.yaml: duckdb, in the query worker, or athena."
  type        = string
  default     = "duckdb"

  validation {
    condition     = contains(["duckdb", "athena"], var.engine)
    error_message = "engine is duckdb or athena."
  }
}

variable "compare" {
  description = "Let the archiver ask Cost Explorer and AWS Invoicing (compare in daybook.yaml). Only in the management account."
  type        = bool
  default     = false
}

variable "quicksight" {
  description = "Who owns and who may see the dashboard: ARNs of QuickSight users or groups. Owners see every row; what viewers see of it, roster and executives in daybook.yaml say. currency: what it shows first. null: no QuickSight."
  type = object({
    owners   = list(string)
    viewers  = optional(list(string), [])
    currency = optional(string, "USD")
  })
  default = null

  validation {
    condition = var.quicksight == null ? true : (
      length(var.quicksight.owners) > 0 &&
      alltrue([
        for arn in concat(var.quicksight.owners, var.quicksight.viewers) :
        can(regex("^arn:[a-z-]+:quicksight:[a-z0-9-]+:[0-9]{12}:(user|group)/", arn))
      ])
    )
    error_message = "quicksight needs at least one owner; all are ARNs like arn:aws:quicksight:eu-central-1:123456789012:user/default/name."
  }

  validation {
    condition     = var.quicksight == null ? true : can(regex("^[A-Z]{3}$", var.quicksight.currency))
    error_message = "quicksight.currency is an ISO 4217 code like USD."
  }
}

variable "webhooks" {
  description = <<-EOT
    Secret URLs of the channels in `chat` of daybook.yaml: the variable that it names, DAYBOOK_WEBHOOK_…, and the ARN of
    the secret (Secrets Manager) or the parameter (Parameter Store) that holds it; keys that they are encrypted with
    unless it is AWS's own.
  EOT
  type        = object({ urls = optional(map(string), {}), key_arns = optional(list(string), []) })
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.webhooks.urls) : can(regex("^DAYBOOK_WEBHOOK_[A-Z0-9_]{1,60}$", name))])
    error_message = "Each variable is named DAYBOOK_WEBHOOK_ and capital letters, digits or underscores."
  }

  validation {
    condition     = alltrue([for arn in values(var.webhooks.urls) : can(regex("^arn:[a-z-]+:(secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[^:]+|ssm:[a-z0-9-]+:[0-9]{12}:parameter/.+)$", arn))])
    error_message = "Each value is the ARN of a secret, whole, or of a parameter, never the URL itself."
  }

  validation {
    condition     = alltrue([for arn in var.webhooks.key_arns : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", arn))])
    error_message = "webhooks.key_arns are ARNs of KMS keys, not of aliases."
  }
}

variable "network" {
  description = "Subnets for the workers' tasks, which need a way out to AWS by HTTPS and none in. public_ip: the subnets route to an internet gateway rather than a NAT or endpoints. null: a small VPC of its own, without NAT."
  type = object({
    vpc_id    = string
    subnets   = list(string)
    public_ip = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.network == null ? true : length(var.network.subnets) > 0
    error_message = "network.subnets is empty."
  }

  validation {
    condition     = var.network == null ? true : can(regex("^vpc-[0-9a-f]+$", var.network.vpc_id)) && alltrue([for subnet in var.network.subnets : can(regex("^subnet-[0-9a-f]+$", subnet))])
    error_message = "network has ids like vpc-0123456789abcdef0 and subnet-0123456789abcdef0."
  }
}

variable "worker_sizes" {
  description = "CPU units, memory and scratch space (MiB, MiB, GiB) of workers that need more than they are given (locals.tf)."
  type = map(object({
    cpu     = number
    memory  = number
    scratch = optional(number, 21)
  }))
  default = {}

  validation {
    condition = alltrue([
      for size in values(var.worker_sizes) :
      contains(try(local.fargate[tostring(size.cpu)], []), size.memory) && size.scratch >= 21 && size.scratch <= 200
    ])
    error_message = "worker_sizes: cpu (256 to 16384) and memory are a pair that Fargate has, such as 256 and 1024 or 1024 and 4096; scratch is 21 to 200."
  }

  validation {
    condition     = length(setsubtract(keys(var.worker_sizes), keys(local.workers))) == 0
    error_message = "worker_sizes: its keys are names of workers, as in topology.json."
  }
}

variable "scan_limit_gb" {
  description = "Gigabytes that one query in the Athena workgroup may scan before AWS stops it."
  type        = number
  default     = 100

  validation {
    condition     = var.scan_limit_gb >= 1 && floor(var.scan_limit_gb) == var.scan_limit_gb
    error_message = "scan_limit_gb is a whole number from 1 on."
  }
}

variable "digest_deadline" {
  description = "Hour (UTC) by which a digest has to be out: an hour with none since the day before rings. An hour after delivery_deadline in daybook.yaml is sensible."
  type        = number
  default     = 15

  validation {
    condition     = contains(range(8, 24), var.digest_deadline)
    error_message = "digest_deadline is a whole hour from 8 to 23 (UTC), after the tick at 07:00."
  }
}

variable "log_retention_days" {
  description = "Days that logs are kept: CloudWatch's own steps."
  type        = number
  default     = 365

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days is one of CloudWatch's steps from 30 on, such as 30, 90, 365 or 731."
  }
}

variable "protect_data" {
  description = "Refuse to delete buckets and repositories while something is in them. false only to remove Daybook with everything that it ever wrote (README.md, Remove)."
  type        = bool
  default     = true
}

variable "tags" {
  description = "Tags for everything, beside application = daybook."
  type        = map(string)
  default     = {}
}
