output "for_tasks" {
  description = "Subnets, security group, and whether tasks need a public address to get out."
  value = {
    subnets        = local.subnets
    security_group = aws_security_group.tasks.id
    public_ip      = local.own == 1 ? true : var.given.public_ip
  }
}
