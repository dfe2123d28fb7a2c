"""How every command speaks: to people, to programs, and to pipelines that read along."""
