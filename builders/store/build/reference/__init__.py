"""What the released files of each source look like, in figures, and whether the files at hand look like them."""
