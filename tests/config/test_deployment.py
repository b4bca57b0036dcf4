"""The files that only a container engine or a person reads: held against what they describe."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from config.processes import WORKERS, commands, worker_command
from config.settings import CELERY_BEAT_SCHEDULE, CELERY_TASK_DEFAULT_QUEUE, CELERY_TASK_ROUTES

ROOT = Path(__file__).resolve().parent.parent.parent
OUTSIDE_SETTINGS = {"PROMETHEUS_MULTIPROC_DIR", "POSTGRES_PASSWORD", "BIND", "PORT"}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_example_environment_lists_what_the_settings_read() -> None:
    used = set(re.findall(r'env\.[a-z]+\(\s*"([A-Z_]+)"', read("config/settings.py")))
    listed = re.findall(r"^#?([A-Z_]+)=", read(".env.example"), flags=re.MULTILINE)

    assert sorted(listed) == sorted(used | OUTSIDE_SETTINGS)


def test_compose_file_follows_the_specification() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run(
        [*command, "-o", "json", "docker-compose.yml"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert json.loads(done.stdout)["status"] == "ok"


def test_the_image_is_made_by_the_script_itself() -> None:
    """So that the two cannot come apart: the image installs nothing on its own."""
    steps = re.findall(r"^RUN (.*)", read("Dockerfile"), flags=re.MULTILINE)

    assert "./linli setup" in steps
    assert not [step for step in steps if re.search(r"apt|pip|uv ", step)]


def _image_variables() -> dict[str, str]:
    """What holds while the image collects its static files: the step's own variables, and those of lines above."""
    above, step = read("Dockerfile").replace("\\\n", "").split("\nRUN SECRET_KEY=")
    lines = re.findall(r"^(?:ARG|ENV) (.*)$", above, flags=re.MULTILINE)
    step = step.split(" .venv/bin/python manage.py collectstatic")[0]
    return dict(word.split("=", 1) for word in shlex.split(" ".join([*lines, f"SECRET_KEY={step}"])))


def test_the_image_sets_what_the_settings_want_while_it_is_built() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=_image_variables(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["SECRET_KEY", "SANDBOX_WEBHOOK_SECRET", "SANDBOX_API_KEY"])
def test_production_does_not_start_with_an_empty_secret(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        cwd=ROOT,
        env={**_image_variables(), name: ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.splitlines()[-1].endswith(f"ImproperlyConfigured: {name} must be set")


def test_the_image_and_compose_start_what_serve_starts() -> None:
    """The same commands, for the workers to the word; addresses and folders differ."""

    def program(words: list[str]) -> list[str]:
        return words[words.index("-m") + 1 :][:1] + [word for word in words if word.startswith("config.")]

    served = commands("127.0.0.1", 8000, Path("schedule"))
    web = json.loads(re.findall(r"^CMD (.*)", read("Dockerfile"), flags=re.MULTILINE)[0])
    from_compose = {
        name: [word.strip(' "') for word in command.split(",")]
        for name, command in re.findall(
            r"^  (worker|planner|messenger|beat):\n    <<: \*application\n    command: \[(.*)\]$",
            read("docker-compose.yml"),
            flags=re.MULTILINE,
        )
    }

    in_compose = {"web": web, **from_compose}
    assert {name: program(words) for name, words in in_compose.items()} == {
        name: program(words) for name, words in served.items()
    }
    for worker in WORKERS:
        assert from_compose[worker][1:] == served[worker][1:]


def test_continuous_integration_runs_check_and_test_and_nothing_else() -> None:
    assert read(".ci/run").splitlines()[-1] == "./linli check && ./linli test"


def test_a_message_of_beat_ends_before_many_of_its_kind_wait() -> None:
    kept = {name: one["options"]["expires"] / one["schedule"] for name, one in CELERY_BEAT_SCHEDULE.items()}
    assert kept == dict.fromkeys(CELERY_BEAT_SCHEDULE, 3)


def test_plans_and_events_have_workers_of_their_own() -> None:
    """So that invoices and letters wait neither behind a dozen regions nor behind other companies' servers; between
    them the three serve every queue."""
    queues = {name: worker_command(name)[-1] for name in WORKERS}
    assert queues == {"worker": CELERY_TASK_DEFAULT_QUEUE, "planner": "solve", "messenger": "events"}
    assert {route["queue"] for route in CELERY_TASK_ROUTES.values()} == {"solve", "events"}


def test_compose_publishes_to_this_machine_alone_and_shares_the_metrics() -> None:
    """Forwarded headers are believed; and a task is counted in another container than /metrics is asked in."""
    composition = read("docker-compose.yml")
    shared = composition.split("x-application: &application")[1].split("\nservices:")[0]

    assert '      - "${BIND:-127.0.0.1}:${PORT:-8000}:8000"\n' in composition
    assert "PROMETHEUS_MULTIPROC_DIR: /run/metrics\n  volumes:\n    - metrics:/run/metrics\n" in shared


def test_containers_with_the_same_process_ids_count_into_different_files(tmp_path: Path) -> None:
    code = (
        "import django, sys\n"
        "from config import apps\n"
        "apps.HOST, apps.os.getpid = sys.argv[1], lambda: 7\n"
        "django.setup()\n"
        "from api.task_metrics import TASKS\n"
        "TASKS.labels('mail', 'success').inc()\n"
    )
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for host in ("web", "worker"):
        subprocess.run([sys.executable, "-c", code, host], cwd=ROOT, env=environment, check=True)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["counter_web-7.db", "counter_worker-7.db"]
