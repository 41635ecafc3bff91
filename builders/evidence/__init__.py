"""Grounded answers: what the data says of a user's interests (`claims.py`, `profile.py`) and of an
item's target groups (`groups.py`, `group_answer.py`), counted in SQL, tested, and put into words."""
