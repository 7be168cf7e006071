"""Review a pull request in GitHub Actions: scan it, and post what was found."""
