# The tables as the topology documents them, and the workgroup that people and QuickSight query them with.
resource "aws_glue_catalog_database" "this" {
  name        = var.topology.database
  description = "Daybook: cost per Organizational Unit"
}

resource "aws_glue_catalog_table" "this" {
  for_each = var.topology.tables

  database_name = aws_glue_catalog_database.this.name
  name          = each.key
  description   = each.value.description
  table_type    = "EXTERNAL_TABLE"
  parameters    = { classification = "parquet" }

  dynamic "partition_keys" {
    for_each = var.topology.partition_keys

    content {
      name = partition_keys.value[0]
      type = partition_keys.value[1]
    }
  }

  storage_descriptor {
    location      = "s3://${var.bucket}/${each.value.prefix}"
    input_format  = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"

    ser_de_info {
      serialization_library = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    }

    dynamic "columns" {
      for_each = each.value.columns

      content {
        name    = lower(columns.value[0])
        type    = columns.value[1]
        comment = columns.value[2]
      }
    }
  }
}

# Reuse of earlier results is asked for query by query; nobody here asks, and a workgroup cannot.
resource "aws_athena_workgroup" "this" {
  name          = var.workgroup
  description   = "Daybook: queries over ${var.topology.database} and the cost export"
  force_destroy = true

  configuration {
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = var.scan_limit_gb * 1024 * 1024 * 1024

    result_configuration {
      output_location = "s3://${var.bucket}/${var.results}/"

      encryption_configuration {
        encryption_option = "SSE_KMS"
        kms_key_arn       = var.key_arn
      }
    }
  }
}
