"""Evidence for answers in prose: facts about a user's interests and an item's audiences, counted in
SQL and tested."""
