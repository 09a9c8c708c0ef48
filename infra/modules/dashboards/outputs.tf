output "dashboard_arn" {
  description = "ARN of the dashboard."
  value       = aws_cloudformation_stack.dashboard.outputs["Arn"]
}

output "service_role_policy" {
  description = "ARN of the policy that QuickSight's service role needs."
  value       = aws_iam_policy.quicksight.arn
}
