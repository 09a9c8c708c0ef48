# The data source and a SPICE data set per table. Who sees which rows: access.tf; what QuickSight itself
# may do: role.tf.
locals {
  arn    = "arn:${var.account.partition}"
  own    = "${var.account.region}:${var.account.id}"
  bucket = "${local.arn}:s3:::${var.bucket}"
  types = {
    "date"           = "DATETIME"
    "double"         = "DECIMAL"
    "decimal(38,12)" = "DECIMAL"
    "int"            = "INTEGER"
  }
  # In the topology a data set is named after its table: daybook-ou-breakdown for ou_breakdown.
  tables = {
    for dataset in var.topology.quicksight_datasets :
    dataset => replace(trimprefix(dataset, "daybook-"), "-", "_")
  }
}

# By CloudFormation: the provider's own resource does not know the role.
resource "aws_cloudformation_stack" "athena" {
  #checkov:skip=CKV_AWS_124:Terraform waits for the stack and says how it ended.
  name = "daybook-athena"

  template_body = jsonencode({
    Resources = {
      Athena = {
        Type = "AWS::QuickSight::DataSource"
        Properties = {
          AwsAccountId = var.account.id
          DataSourceId = "daybook-athena"
          Name         = "daybook-athena"
          Type         = "ATHENA"
          DataSourceParameters = {
            AthenaParameters = { WorkGroup = var.workgroup, RoleArn = aws_iam_role.quicksight.arn }
          }
          Permissions = [for owner in var.people.owners : { Principal = owner, Actions = local.source_owner }]
        }
      }
    }
    Outputs = { Arn = { Value = { "Fn::GetAtt" = ["Athena", "Arn"] } } }
  })

  # AWS tries a data source when it is made.
  depends_on = [aws_iam_role_policy.quicksight]
}

resource "aws_quicksight_data_set" "this" {
  for_each = local.tables

  data_set_id = each.key
  name        = each.value
  import_mode = "SPICE"

  physical_table_map {
    physical_table_map_id = replace(each.value, "_", "-")

    custom_sql {
      data_source_arn = aws_cloudformation_stack.athena.outputs["Arn"]
      name            = each.value
      sql_query = replace(
        templatefile("${var.texts}/${each.value}.sql", { database = var.topology.database }),
        "/--[^\n]*\n/", "",
      )

      dynamic "columns" {
        for_each = concat(
          [for column in var.topology.tables[each.value].columns : [lower(column[0]), column[1]]],
          var.topology.partition_keys,
          [for name in var.topology.quicksight_columns[each.value] : [name, "string"]],
          [for name in var.topology.quicksight_levels : [name, "string"]],
        )

        content {
          name = columns.value[0]
          type = lookup(local.types, columns.value[1], "STRING")
        }
      }
    }
  }

  row_level_permission_data_set {
    arn               = aws_cloudformation_stack.access.outputs["Arn"]
    format_version    = "VERSION_1"
    namespace         = "default"
    permission_policy = "GRANT_ACCESS"
    status            = "ENABLED"
  }

  dynamic "permissions" {
    for_each = toset(var.people.owners)

    content {
      principal = permissions.value
      actions   = local.set_owner
    }
  }
}
