"""`python -m itdr.evaluation` prints the folder to give to lm_eval's --include_path."""

from itdr.evaluation import FOLDER

print(FOLDER)
