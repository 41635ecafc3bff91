"""What the data say of a user's interests."""
