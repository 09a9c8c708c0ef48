# Who sees which OU: a data set of rules that the catalog worker writes from the roster in
# daybook.yaml (services/catalog/access.py). Until it has, nobody but the owners sees a row.
locals {
  rules_key    = "access/quicksight-rules.csv"
  manifest_key = "access/quicksight-manifest.json"
  columns      = concat(["UserName", "GroupName"], var.topology.quicksight_levels)
}

resource "aws_s3_object" "rules" {
  bucket       = var.bucket
  key          = local.rules_key
  kms_key_id   = var.key_arn
  content_type = "text/csv"
  content = join("\n", [
    join(",", local.columns),
    "daybook-nobody,,-,${join(",", [for level in slice(var.topology.quicksight_levels, 1, length(var.topology.quicksight_levels)) : ""])}",
    "",
  ])

  lifecycle {
    ignore_changes = all # the catalog worker's from then on
  }
}

resource "aws_s3_object" "manifest" {
  bucket       = var.bucket
  key          = local.manifest_key
  kms_key_id   = var.key_arn
  content_type = "application/json"
  content = jsonencode({
    fileLocations        = [{ URIs = ["s3://${var.bucket}/${local.rules_key}"] }]
    globalUploadSettings = { format = "CSV", delimiter = ",", textqualifier = "\"", containsHeader = "true" }
  })
}

resource "aws_quicksight_data_source" "access" {
  data_source_id = "daybook-access"
  name           = "daybook-access"
  type           = "S3"

  parameters {
    s3 {
      role_arn = aws_iam_role.quicksight.arn

      manifest_file_location {
        bucket = var.bucket
        key    = aws_s3_object.manifest.key
      }
    }
  }

  dynamic "permission" {
    for_each = toset(var.people.owners)

    content {
      principal = permission.value
      actions   = local.source_owner
    }
  }

  # AWS tries a data source when it is made.
  depends_on = [aws_s3_object.rules, aws_iam_role_policy.quicksight]
}

# By CloudFormation: the provider's own resource leaves upload settings out of what it sends.
resource "aws_cloudformation_stack" "access" {
  #checkov:skip=CKV_AWS_124:Terraform waits for the stack and says how it ended.
  name = "daybook-access"

  template_body = jsonencode({
    Resources = {
      Rules = {
        Type = "AWS::QuickSight::DataSet"
        Properties = {
          AwsAccountId = var.account.id
          DataSetId    = var.topology.quicksight_rules
          Name         = "access"
          ImportMode   = "SPICE"
          PhysicalTableMap = {
            access = {
              S3Source = {
                DataSourceArn  = aws_quicksight_data_source.access.arn
                UploadSettings = { Format = "CSV", ContainsHeader = true, TextQualifier = "DOUBLE_QUOTE" }
                InputColumns   = [for name in local.columns : { Name = name, Type = "STRING" }]
              }
            }
          }
          Permissions = [for owner in var.people.owners : { Principal = owner, Actions = local.set_owner }]
        }
      }
    }
    Outputs = { Arn = { Value = { "Fn::GetAtt" = ["Rules", "Arn"] } } }
  })
}
