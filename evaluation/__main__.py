"""`python -m itdr.evaluation` prints the folder to give to lm_eval's --include_path; with `inspect`, the
file to give to `inspect eval`."""

import sys

from itdr.evaluation import FOLDER

print(FOLDER / "inspect_tasks.py" if sys.argv[1:] == ["inspect"] else FOLDER)
