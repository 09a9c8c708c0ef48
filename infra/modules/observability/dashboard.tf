locals {
  width = 12
  charts = {
    "Messages waiting, by worker" = [
      for worker in var.workers :
      ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "daybook-${worker}", { stat = "Maximum" }]
    ]
    "Age of the oldest message (seconds)" = [
      for worker in var.workers :
      ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", "daybook-${worker}", { stat = "Maximum" }]
    ]
    "Dead letters" = concat(
      [
        for worker in var.workers :
        ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "daybook-${worker}-dlq", { stat = "Maximum" }]
      ],
      [["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", var.undelivered, { stat = "Maximum" }]],
    )
    "Failed attempts, by worker" = [
      for worker in var.workers : ["Daybook", "Failed", "service", worker, { stat = "Sum" }]
    ]
    "Digests sent"          = [["Daybook", "DigestSent", { stat = "Sum" }]]
    "Athena: bytes scanned" = [["AWS/Athena", "ProcessedBytes", "WorkGroup", var.workgroup, { stat = "Sum" }]]
  }
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = "daybook"

  dashboard_body = jsonencode({
    widgets = [
      for index, title in keys(local.charts) : {
        type   = "metric"
        x      = (index % 2) * local.width
        y      = floor(index / 2) * 6
        width  = local.width
        height = 6
        properties = {
          title   = title
          region  = var.account.region
          view    = "timeSeries"
          period  = 300
          metrics = local.charts[title]
        }
      }
    ]
  })
}
