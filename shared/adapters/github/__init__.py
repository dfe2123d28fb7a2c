"""GitHub Actions: workflows that deploy, for those who have no Azure DevOps."""
