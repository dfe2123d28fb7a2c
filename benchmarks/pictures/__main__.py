"""Draw them all, or say which would come out otherwise."""

import argparse
import sys

from benchmarks.pictures import evidence, figures, loans

PICTURES = (*loans.PICTURES, *evidence.PICTURES, *figures.PICTURES)


def main() -> None:
    parser = argparse.ArgumentParser(description="The pictures of docs/statistics.")
    parser.add_argument("--check", action="store_true", help="Write nothing.")
    check = parser.parse_args().check
    others = []
    for make in PICTURES:
        picture = make()
        drawn = picture.svg()
        if check and (not picture.path.exists() or picture.path.read_text("utf-8") != drawn):
            others.append(picture.name)
        if not check:
            picture.path.write_text(drawn, encoding="utf-8")
            print(f"{picture.page}, {picture.path.name}", *picture.says, sep="\n  ")
    if others:
        sys.exit(f"These come out otherwise: {', '.join(others)}.")


if __name__ == "__main__":
    main()
