"""What gates share that judge a version where it runs: its deployment, a share of its answers."""
