"""Write the handouts and the teacher's keys in docs/teaching/ as pages to print, on A4 or Letter.

`python notebooks/handouts.py [FOLDER]`: into that folder, by default docs/teaching/printed/. Each handout is one page
of paper; `handouts.html` and `keys.html` hold all of them.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

try:
    from notebooks.page import markdown, page, title_of
except ModuleNotFoundError as exc:
    sys.exit(f"{exc.name} is not installed: `make setup SET=lessons` installs it.")

TEACHING = ROOT / "docs" / "teaching"
KINDS = {"handouts": "Handouts", "keys": "Teacher's keys"}


def main(folder):
    """Write the pages, and print where they are."""
    for kind, title in KINDS.items():
        (folder / kind).mkdir(parents=True, exist_ok=True)
        sheets = []
        for path in sorted((TEACHING / kind).glob("*.md")):
            text = path.read_text()
            body = f'<section class="sheet">\n{markdown(text)}</section>'
            sheets.append(body)
            (folder / kind / f"{path.stem}.html").write_text(page(title_of(text), body))
        (folder / f"{kind}.html").write_text(page(title, "\n".join(sheets)))
        print(f"{title}: open {folder / kind}.html in a browser and print it.")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else TEACHING / "printed")
