output "queue_url" {
  description = "URL of the worker's queue."
  value       = module.queue.url
}

output "backfill_queue_url" {
  description = "URL of its queue for backfills; null when it has none."
  value       = one(module.backfills[*].url)
}

output "dead_letter_queue_url" {
  description = "URL of its dead-letter queue."
  value       = module.dead_letters.url
}

output "role_arn" {
  description = "ARN of the worker's role."
  value       = aws_iam_role.worker.arn
}

output "repository_url" {
  description = "Where its image is pushed to."
  value       = aws_ecr_repository.this.repository_url
}

output "log_group" {
  description = "Name of its log group."
  value       = aws_cloudwatch_log_group.this.name
}

output "environment" {
  description = "The environment of its process."
  value       = local.environment
}

output "reads_at_start" {
  description = "What ECS reads beside image and log when it starts the worker, by statement."
  value       = [for statement in local.fetch : statement.Sid]
}
