# One task when there is a message, none when the queue has been empty for a quarter of an hour.
# More than one would be safe, but a run is a chain of single messages: they would have nothing to do.
resource "aws_appautoscaling_target" "this" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${var.cluster.name}/${aws_ecs_service.this.name}"
  min_capacity       = 0
  max_capacity       = 1

  lifecycle {
    # The schedule below lifts it for half an hour a day.
    ignore_changes = [min_capacity]
  }
}

resource "aws_appautoscaling_policy" "this" {
  for_each = { start = 1, stop = 0 }

  name               = "${local.queue}-${each.key}"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.this.service_namespace
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension
  resource_id        = aws_appautoscaling_target.this.resource_id

  step_scaling_policy_configuration {
    adjustment_type = "ExactCapacity"
    cooldown        = 60

    step_adjustment {
      metric_interval_lower_bound = each.value == 1 ? "0" : null
      metric_interval_upper_bound = each.value == 1 ? null : "0"
      scaling_adjustment          = each.value
    }
  }
}

resource "aws_appautoscaling_scheduled_action" "this" {
  for_each = { from = 1, to = 0 }

  name               = "${local.queue}-warm-${each.key}"
  service_namespace  = aws_appautoscaling_target.this.service_namespace
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension
  resource_id        = aws_appautoscaling_target.this.resource_id
  schedule           = var.warm[each.key]
  timezone           = "UTC"

  scalable_target_action {
    min_capacity = each.value
    max_capacity = 1
  }
}

resource "aws_cloudwatch_metric_alarm" "work_waits" {
  alarm_name        = "${local.queue}-work-waits"
  alarm_description = "Not an alarm for people: starts the ${var.name} worker."
  # The newest minute is not there yet as a rule, and FILL would take it for nothing for ever
  # (Amazon CloudWatch User Guide, metric math, FILL): any of the last ones will do.
  evaluation_periods  = 5
  datapoints_to_alarm = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_appautoscaling_policy.this["start"].arn]

  metric_query {
    id          = "waiting"
    expression  = join(" + ", [for number, queue in local.queues : "FILL(visible${number}, 0)"])
    label       = "Messages waiting"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = local.queues

    content {
      id = "visible${metric_query.key}"

      metric {
        namespace   = "AWS/SQS"
        metric_name = "ApproximateNumberOfMessagesVisible"
        dimensions  = { QueueName = metric_query.value }
        stat        = "Maximum"
        period      = 60
      }
    }
  }
}

# What the worker's queues hold: waiting, or being worked on.
locals {
  held = merge([
    for number, queue in local.queues : {
      "visible${number}" = { queue = queue, metric = "ApproximateNumberOfMessagesVisible" }
      "taken${number}"   = { queue = queue, metric = "ApproximateNumberOfMessagesNotVisible" }
    }
  ]...)
}

resource "aws_cloudwatch_metric_alarm" "nothing_to_do" {
  alarm_name          = "${local.queue}-nothing-to-do"
  alarm_description   = "Not an alarm for people: stops the ${var.name} worker, never while it works on a message."
  evaluation_periods  = 3
  threshold           = 0
  comparison_operator = "LessThanOrEqualToThreshold"
  # A queue that is quiet for hours says nothing any more.
  treat_missing_data = "breaching"
  alarm_actions      = [aws_appautoscaling_policy.this["stop"].arn]

  metric_query {
    id          = "held"
    expression  = join(" + ", [for id in keys(local.held) : "FILL(${id}, 0)"])
    label       = "Messages waiting or being worked on"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = local.held

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/SQS"
        metric_name = metric_query.value.metric
        dimensions  = { QueueName = metric_query.value.queue }
        stat        = "Maximum"
        period      = 300
      }
    }
  }
}
