"""No file of the repository holds what looks like a secret, but those that a test made up."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHAPES = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}",
    "a storage account's key": r"AccountKey=[A-Za-z0-9+/]{86}==",
    "a shared access key": r"SharedAccessKey=[A-Za-z0-9+/]{40,}=",
    "a shared access signature": r"[?&]sig=[A-Za-z0-9%+/]{40,}",
    "a token of GitHub": r"\b(?:ghp|gho|ghs|ghu|github_pat)_[A-Za-z0-9_]{30,}",
    "a token of Slack": r"\bxox[abprs]-\d{8,}-[A-Za-z0-9-]{20,}",
    "a hook of Slack": r"hooks\.slack\.com/services/T[A-Z0-9]{8,}/B[A-Z0-9]{8,}/[A-Za-z0-9]{24}",
    "a key of AWS": r"\bAKIA[A-Z0-9]{16}\b",
    "a web token": r"\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}",
    "a secret of Entra ID": r"\b[A-Za-z0-9]{3}8Q~[A-Za-z0-9._~-]{34}\b",
    "a function key": r"[?&]code=[A-Za-z0-9_-]{40,}={0,2}",
}
KNOWN = {
    "Azurite's account, which is the same everywhere": "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50u",
}
_SECRET = re.compile("|".join(f"(?:{shape})" for shape in SHAPES.values()))
_KINDS = {".py", ".md", ".json", ".yaml", ".yml", ".bicep", ".toml", ".txt", ".sh", ".scenario"}
_KINDS |= {".j2", ".log", ".html", ""}
_ELSEWHERE = {"node_modules", "__pycache__"}


def files() -> list[Path]:
    folders = ("shared", "functions", "infra", "docs", "samples", "tests", "benchmarks")
    paths = [path for path in ROOT.iterdir() if not path.name.startswith(".")]
    paths += [path for folder in folders for path in (ROOT / folder).rglob("*")]
    return [
        path
        for path in paths
        if path.suffix in _KINDS and path.is_file() and not _ELSEWHERE & set(path.parts)
    ]


def found_in(text: str) -> list[str]:
    hits = [match[0] for match in _SECRET.finditer(text)]
    return [hit for hit in hits if not any(known in hit for known in KNOWN.values())]


def test_no_file_holds_what_looks_like_a_secret():
    here = Path(__file__)
    made_up = ROOT / "tests" / "diagnosis"
    hits = {
        str(path.relative_to(ROOT)): found
        for path in files()
        if path != here and made_up not in path.parents
        if (found := found_in(path.read_text(encoding="utf-8", errors="replace")))
    }

    assert hits == {}


def test_what_looks_like_one_is_found():
    """Each shape by an example, so that a search that finds nothing has searched."""
    signs = "aB3" * 40
    examples = {
        "a private key": f"-----BEGIN PRIVATE KEY-----\n{signs[:60]}",
        "a storage account's key": f"AccountKey={signs[:86]}==",
        "a shared access key": f"SharedAccessKey={signs[:43]}=",
        "a shared access signature": f"?sv=1&sig={signs[:44]}",
        "a token of GitHub": f"ghp_{signs[:36]}",
        "a token of Slack": f"xoxb-123456789-{signs[:24]}",
        "a hook of Slack": f"hooks.slack.com/services/T12345678/B12345678/{signs[:24]}",
        "a key of AWS": "AKIA" + "A1" * 8,
        "a web token": f"eyJ{signs[:30]}.eyJ{signs[:30]}.{signs[:30]}",
        "a secret of Entra ID": f"abc8Q~{signs[:34]}",
        "a function key": f"?code={signs[:54]}==",
    }

    assert examples.keys() == SHAPES.keys()
    assert [name for name, text in examples.items() if not found_in(text)] == []
