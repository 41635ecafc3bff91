"""What the data say of the users whom an item suits."""
