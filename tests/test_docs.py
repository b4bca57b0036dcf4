"""The documentation, held against what it describes."""

import re
from pathlib import Path

import pytest
from django.apps import apps

from communities.services.fact_data import DATA
from config.cli.__main__ import VERBS
from config.settings import CELERY_BEAT_SCHEDULE
from dispatch.solver.plan import Reason, Score
from dispatch.solver.weights import Term, Weights

ROOT = Path(__file__).resolve().parent.parent
ALONE = (ROOT / "communities/sample/ATTRIBUTION.md", ROOT / "benchmarks/README.md")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ALONE])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
FOLDERS = (
    "api",
    "benchmarks",
    "billing",
    "communities",
    "config",
    "console",
    "core",
    "dispatch",
    "docs",
    "scripts",
    "tests",
)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def anchors(text: str) -> set[str]:
    """The headings as GitHub makes addresses of them."""
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    page = ROOT / name
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        found = page.parent / path if path else page
        if not found.exists() or (anchor and anchor not in anchors(found.read_text(encoding="utf-8"))):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("name", NAMES)
def test_files_that_are_named_exist(name: str) -> None:
    """`folder/file.py`, or `file.py: function`; with {one,other} and … left to the reader."""
    named = re.findall(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]*)(?:: ?\w+)?`", read(name))
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", NAMES)
def test_functions_that_are_named_are_in_their_files(name: str) -> None:
    named = re.findall(r"`([\w/]+\.py):\s(\w+)`", read(name))
    missing = [
        f"{path}: {function}"
        for path, function in named
        if not any(
            re.search(
                rf"^(?:(?:async )?def |class )?{function}\b", found.read_text(encoding="utf-8"), re.MULTILINE
            )
            for found in _files(path)
        )
    ]
    assert missing == []


def _files(path: str) -> list[Path]:
    """The file, or those that end so: prose shortens a path once the folder has been said."""
    return (
        [ROOT / path]
        if (ROOT / path).exists()
        else [
            found
            for folder in FOLDERS
            for found in (ROOT / folder).rglob(Path(path).name)
            if str(found).endswith(path)
        ]
    )


@pytest.mark.parametrize("name", [*NAMES, ".env.example", "docker-compose.yml"])
def test_verbs_that_are_mentioned_exist(name: str) -> None:
    code = re.findall(r"`[^`\n]+`|^(?: {4}|\$ ).*$", read(name), flags=re.MULTILINE)
    mentioned = {verb for line in code for verb in re.findall(r"\./linli ([a-z]\w*)", line)}
    assert mentioned - {verb.name for verb in VERBS} - {"setup"} == set()


def test_readme_and_changelog_list_every_verb() -> None:
    for name in ("README.md", "CHANGELOG.md"):
        words = set(re.findall(r"\w+", read(name)))
        assert {verb.name for verb in VERBS} - words == set()


def test_every_setting_is_in_the_example_environment_and_in_the_operations_table() -> None:
    readers = re.findall(r'env\.([a-z]+)\(\s*"([A-Z_]+)"', read("config/settings.py"))
    settings = {name for _, name in readers}
    secrets = {f"{name}_FILE" for reader, name in readers if reader in {"secret", "toml"}}
    listed = set(re.findall(r"^#?([A-Z_]+)=", read(".env.example"), flags=re.MULTILINE))
    table = read("docs/operations.md").split("## Services")[0]
    explained = {
        name
        for row in re.findall(r"^\| (`[^|]+) \|", table, flags=re.MULTILINE)
        for name in re.findall(r"`([A-Z_]+)`", row)
    }
    assert settings - listed == set()
    assert explained == settings | secrets | listed


def test_constraints_in_the_architecture_are_those_of_the_models() -> None:
    section = read("docs/architecture.md").split("## What the database refuses")[1].split("\n## ")[0]
    rows = [row for row in section.splitlines() if row.startswith("|")]
    named = {name for row in rows for name in re.findall(r"`([a-z_0-9]+)`", row.rsplit("|", 2)[1])}
    models = apps.get_models()
    known = {constraint.name for model in models for constraint in model._meta.constraints}
    known |= {trigger.name for model in models for trigger in getattr(model._meta, "triggers", [])}
    assert named - known == set()


def test_sweepers_and_measurements_in_operations_are_all_there_are() -> None:
    page = read("docs/operations.md")
    beat = [one["task"] for one in CELERY_BEAT_SCHEDULE.values()]
    measured = {
        name
        for path in ("api/observability.py", "api/task_metrics.py", "api/gauges.py")
        for name in re.findall(r'"(linli_\w+)"', read(path))
    }
    assert sorted(re.findall(r"^\| `([\w.]+\.tasks\.\w+)`", page, flags=re.MULTILINE)) == sorted(beat)
    assert {name for name in measured if f"`{name}`" not in page} == set()


def test_every_kind_of_fact_and_its_data_is_explained() -> None:
    kinds = read("docs/facts.md").split("## Kinds")[1].split("\n## ")[0]
    words = set(re.findall(r"`([\w.]+)`", kinds))
    keys = {key for data in DATA.values() for key in data}
    assert {*map(str, DATA), *keys} - words == set()


def test_every_reason_and_cost_term_has_its_word() -> None:
    glossary = read("docs/glossary.md")
    assert [reason for reason in Reason if f"`{reason}`" not in glossary] == []
    assert [term for term in Score().terms() if f"| `{term}` |" not in glossary] == []


def test_reasons_and_prices_in_the_planner_page_are_those_of_the_planner() -> None:
    page = read("docs/planner.md")
    reasons = page.split("## Why a visit is left out")[1].split("\n## ")[0]
    prices = page.split("## Prices")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|.*\| ([\d.]+) \| ([\d.]+|–) \|$", prices, flags=re.MULTILINE)
    stated = {name: Term(float(weight), None if cap == "–" else float(cap)) for name, weight, cap in rows}
    assert re.findall(r"^\| `(\w+)` \|", reasons, flags=re.MULTILINE) == [*Reason]
    assert list(stated) == list(Score().terms())
    assert Weights(**stated) == Weights()


def test_pages_that_the_code_refers_to_exist() -> None:
    """As `docs/importing.md`, or a decision by its number: `docs/adr/0004`."""
    sources = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py") if file != Path(__file__)]
    pattern = re.compile(r"docs/(?:adr/\d{4}|[a-z]+\.md)")
    named = {page for file in sources for page in pattern.findall(file.read_text(encoding="utf-8"))}
    assert [page for page in sorted(named) if not list(ROOT.glob(f"{page}*"))] == []


def test_glossary_is_in_alphabetical_order() -> None:
    words = re.findall(r"^\*\*([^*]+)\*\*:", read("docs/glossary.md"), flags=re.MULTILINE)
    assert words == sorted(words, key=lambda word: word.replace(",", " "))
