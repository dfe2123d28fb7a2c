"""Write the pages that are made out of the code: `python -m documentation`."""

from collections.abc import Mapping
from pathlib import Path

from documentation.api_reference import description, reference
from documentation.decisions_index import index_of
from documentation.policy_reference import reference_of
from shared.domain.policy import Fleet, Policy

DOCS = Path(__file__).resolve().parent.parent / "docs"


def made() -> Mapping[str, str]:
    """Each page that is made, by its path below docs/."""
    return {
        "adr/index.md": index_of(DOCS / "adr"),
        "reference/fleet.md": reference_of(Fleet),
        "reference/http-api.md": reference(description()),
        "reference/policy.md": reference_of(Policy),
    }


def main() -> None:
    """Write them where they lie."""
    for path, text in made().items():
        page = DOCS / path
        page.parent.mkdir(exist_ok=True)
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
