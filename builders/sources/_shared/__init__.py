"""What several sources of one domain share."""
