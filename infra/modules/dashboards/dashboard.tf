# The dashboard, by CloudFormation: it takes the definition as QuickSight does, of which the provider's
# own resource knows a part (docs/decisions/0041). dashboard.json is made by daybook/quicksight.
locals {
  definition = jsondecode(replace(file("${var.texts}/dashboard.json"), "DISPLAY_CURRENCY", var.people.currency))
  data_sets = {
    breakdown = aws_quicksight_data_set.this["daybook-ou-breakdown"].arn
    outlook   = aws_quicksight_data_set.this["daybook-ou-outlook"].arn
  }
  template = jsonencode({
    Resources = {
      Dashboard = {
        Type = "AWS::QuickSight::Dashboard"
        Properties = {
          AwsAccountId       = var.account.id
          DashboardId        = "daybook"
          Name               = "Daybook"
          VersionDescription = "Cost per Organizational Unit"
          ValidationStrategy = { Mode = "STRICT" }
          Definition = merge(local.definition, {
            DataSetIdentifierDeclarations = [
              for identifier, arn in local.data_sets : { Identifier = identifier, DataSetArn = arn }
            ]
          })
          Permissions = concat(
            [for owner in var.people.owners : { Principal = owner, Actions = local.dashboard_owner }],
            [
              for viewer in setsubtract(var.people.viewers, var.people.owners) :
              { Principal = viewer, Actions = local.dashboard_viewer }
            ],
          )
        }
      }
    }
    Outputs = { Arn = { Value = { "Fn::GetAtt" = ["Dashboard", "Arn"] } } }
  })
}

resource "aws_cloudformation_stack" "dashboard" {
  #checkov:skip=CKV_AWS_124:Terraform waits for the stack and says how it ended.
  name          = "daybook-dashboard"
  template_body = local.template

  lifecycle {
    precondition {
      condition     = length(local.template) <= 51200
      error_message = "CloudFormation takes 51,200 bytes of template."
    }
  }
}
