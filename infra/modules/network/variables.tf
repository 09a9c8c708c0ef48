variable "account" {
  description = "Account id, partition and region."
  type        = object({ id = string, partition = string, region = string })
}

variable "given" {
  description = "A network that is there already; null makes one."
  type        = object({ vpc_id = string, subnets = list(string), public_ip = bool })
}
