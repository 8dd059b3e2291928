"""What a shared store derives from its tables in PostgreSQL's own words."""
