"""What the build of the site does to pages: hooks that mkdocs.yml names."""

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from documentation.markdown import fetched_from_elsewhere, with_links, with_lists  # noqa: E402
from documentation.navigation import expanded, titles_of  # noqa: E402

CHANGELOG = "changelog.md"
_TITLES: dict[str, str] = {}


def on_config(config: Any) -> Any:
    """Replace the patterns of the navigation, and learn what pages are called."""
    folder = Path(config.docs_dir)
    config.nav = expanded(config.nav, folder)
    _TITLES.clear()
    _TITLES.update(titles_of(config.nav, folder))
    return config


def on_files(files: Any, config: Any) -> Any:
    """The changelog lies beside the readme, where the code host looks for it."""
    from mkdocs.structure.files import File

    changelog = str(ROOT / "CHANGELOG.md")
    files.append(File.generated(config, CHANGELOG, abs_src_path=changelog))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:  # noqa: ARG001
    """Lists as the code host shows them, and links where a page is named by its path."""
    return with_links(with_lists(markdown), page.file.src_uri, _TITLES)


def on_post_build(config: Any) -> None:
    """Refuse a site that fetches anything from another host: it has to work without a network."""
    from mkdocs.exceptions import PluginError

    site = Path(config.site_dir)
    for page in sorted(site.rglob("*.html")):
        for address in fetched_from_elsewhere(page.read_text(encoding="utf-8")):
            raise PluginError(f"{page.relative_to(site)} fetches {address[:120]} from elsewhere.")
