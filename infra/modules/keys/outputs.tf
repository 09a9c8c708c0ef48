output "data" {
  description = "ARN of the key for objects and images."
  value       = aws_kms_key.data.arn
}

output "messages" {
  description = "ARN of the key for topics, queues and logs."
  value       = aws_kms_key.messages.arn
}
