output "events_topic" {
  description = "ARN of the events topic."
  value       = aws_sns_topic.this[var.topology.events_topic].arn
}

output "alarms_topic" {
  description = "ARN of the alarm topic."
  value       = aws_sns_topic.this[var.topology.alarms_topic].arn
}

output "mail_topic" {
  description = "ARN of the topic for what SES says of mails, once SES may publish to it."
  value       = aws_sns_topic_policy.this[local.mail.topic].arn
}

output "undelivered" {
  description = "Name of the dead-letter queue of the EventBridge rules."
  value       = module.undelivered.name
}
