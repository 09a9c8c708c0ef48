output "bucket" {
  description = "Name of the archive bucket, once it is versioned and encrypted and its policy holds."
  value       = aws_s3_bucket.archive.id

  depends_on = [
    aws_s3_bucket_versioning.archive,
    aws_s3_bucket_server_side_encryption_configuration.archive,
    aws_s3_bucket_policy.archive,
  ]
}

output "export_policy" {
  description = "Policy of the bucket that the export is delivered to; null where Terraform does not make it."
  value       = one(aws_s3_bucket_policy.export[*].policy)
}
