output "dashboard_arn" {
  description = "ARN of the dashboard."
  value       = aws_cloudformation_stack.dashboard.outputs["Arn"]
}
