output "events_topic" {
  description = "ARN of the events topic: DAYBOOK_EVENTS_TOPIC of the daybook command."
  value       = module.events.events_topic
}

output "alarms_topic" {
  description = "ARN of the alarm topic."
  value       = module.events.alarms_topic
}

output "archive_bucket" {
  description = "Name of the archive bucket: daybook.yaml and the organization CSV go to its config/."
  value       = module.storage.bucket
}

output "export_location" {
  description = "Where the cost export has to be delivered; source.location in daybook.yaml is this and, below it, the export's name."
  value       = "s3://${var.export.bucket}/${var.export.prefix}"
}

output "repositories" {
  description = "Where each worker's image is pushed to."
  value       = { for name, worker in module.worker : name => worker.repository_url }
}

output "queues" {
  description = "URL of each worker's queue."
  value       = { for name, worker in module.worker : name => worker.queue_url }
}

output "backfill_queues" {
  description = "URL of each worker's queue for backfills."
  value       = { for name, worker in module.worker : name => worker.backfill_queue_url if try(local.workers[name].backfills, false) }
}

output "dead_letter_queues" {
  description = "URL of each worker's dead-letter queue."
  value       = { for name, worker in module.worker : name => worker.dead_letter_queue_url }
}

output "roles" {
  description = "ARN of each worker's role."
  value       = { for name, worker in module.worker : name => worker.role_arn }
}

output "environments" {
  description = "The environment of each worker's process."
  value       = { for name, worker in module.worker : name => worker.environment }
}

output "mail_dns_records" {
  description = "CNAME records that verify the sender's domain in SES, by name."
  value       = module.mail.dns_records
}

output "workgroup" {
  description = "Athena workgroup to query the tables with."
  value       = module.catalog.workgroup
}

output "dashboard" {
  description = "Name of the CloudWatch dashboard."
  value       = module.observability.dashboard
}

output "export_readers" {
  description = "What a bucket in another account has to allow in its own policy, for export.create = false: who reads the export."
  value = jsonencode([
    {
      Sid       = "DaybookLists"
      Effect    = "Allow"
      Principal = { AWS = [local.role_arns.auditor, local.role_arns.query] }
      Action    = "s3:ListBucket"
      Resource  = local.export_arn
    },
    {
      Sid       = "DaybookReads"
      Effect    = "Allow"
      Principal = { AWS = local.role_arns.query }
      Action    = "s3:GetObject"
      Resource  = "${local.export_arn}/${var.export.prefix}/*"
    },
  ])
}
