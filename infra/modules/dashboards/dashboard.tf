# One sheet: what each OU spent by day, by service and OU, and where each stands against its budget.
resource "aws_quicksight_dashboard" "this" {
  dashboard_id        = "daybook"
  name                = "Daybook"
  version_description = "Cost per Organizational Unit"

  definition {
    data_set_identifiers_declarations {
      identifier   = "breakdown"
      data_set_arn = aws_quicksight_data_set.this["daybook-ou-breakdown"].arn
    }

    data_set_identifiers_declarations {
      identifier   = "outlook"
      data_set_arn = aws_quicksight_data_set.this["daybook-ou-outlook"].arn
    }

    sheets {
      sheet_id = "costs"
      title    = "Cost per Organizational Unit"
      name     = "Costs"

      visuals {
        line_chart_visual {
          visual_id = "by-day"

          title {
            format_text {
              plain_text = "Daily cost by OU"
            }
          }

          chart_configuration {
            field_wells {
              line_chart_aggregated_field_wells {
                category {
                  date_dimension_field {
                    field_id         = "day"
                    date_granularity = "DAY"

                    column {
                      data_set_identifier = "breakdown"
                      column_name         = "billingdate"
                    }
                  }
                }

                values {
                  numerical_measure_field {
                    field_id = "cost"

                    aggregation_function {
                      simple_numerical_aggregation = "SUM"
                    }

                    column {
                      data_set_identifier = "breakdown"
                      column_name         = "dailycost"
                    }
                  }
                }

                colors {
                  categorical_dimension_field {
                    field_id = "ou"

                    column {
                      data_set_identifier = "breakdown"
                      column_name         = "ou"
                    }
                  }
                }
              }
            }
          }
        }
      }

      visuals {
        bar_chart_visual {
          visual_id = "by-service"

          title {
            format_text {
              plain_text = "Cost by service and OU"
            }
          }

          chart_configuration {
            orientation      = "HORIZONTAL"
            bars_arrangement = "STACKED"

            field_wells {
              bar_chart_aggregated_field_wells {
                category {
                  categorical_dimension_field {
                    field_id = "service"

                    column {
                      data_set_identifier = "breakdown"
                      column_name         = "service"
                    }
                  }
                }

                values {
                  numerical_measure_field {
                    field_id = "service-cost"

                    aggregation_function {
                      simple_numerical_aggregation = "SUM"
                    }

                    column {
                      data_set_identifier = "breakdown"
                      column_name         = "dailycost"
                    }
                  }
                }

                colors {
                  categorical_dimension_field {
                    field_id = "service-ou"

                    column {
                      data_set_identifier = "breakdown"
                      column_name         = "ou"
                    }
                  }
                }
              }
            }
          }
        }
      }

      visuals {
        table_visual {
          visual_id = "outlook"

          title {
            format_text {
              plain_text = "Month to date, budget and light by OU"
            }
          }

          chart_configuration {
            field_wells {
              table_unaggregated_field_wells {
                dynamic "values" {
                  for_each = ["asof", "ou", "currency", "monthtodate", "budget", "monthendestimate", "light", "reason"]

                  content {
                    field_id = "outlook-${values.value}"

                    column {
                      data_set_identifier = "outlook"
                      column_name         = values.value
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  dynamic "permissions" {
    for_each = toset(var.people.owners)

    content {
      principal = permissions.value
      actions   = local.dashboard_owner
    }
  }

  dynamic "permissions" {
    for_each = setsubtract(var.people.viewers, var.people.owners)

    content {
      principal = permissions.value
      actions   = local.dashboard_viewer
    }
  }
}
