"""./linli as somebody who types it meets it."""

import argparse
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django import Settings

from config import embedded
from config.cli import demo, serve
from config.cli.__main__ import VERBS, main
from config.ports import port_held


def linli(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "config.cli", *arguments],
        cwd=embedded.CHECKOUT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_names_every_verb(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0

    lines = capsys.readouterr().out.split("verbs:\n")[1].split("\n\n")[0].splitlines()
    assert [line.split()[0] for line in lines] == [verb.name for verb in VERBS]


def test_help_is_quick_because_it_loads_neither_django_nor_the_solver() -> None:
    code = (
        "import sys; from config.cli.__main__ import main; main(['--help']);"
        "print(sorted({'django', 'numpy', 'ortools', 'celery'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=embedded.CHECKOUT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("verb", [verb.name for verb in VERBS])
def test_each_verb_explains_itself_with_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([verb, "--help"])

    assert caught.value.code == 0
    assert f"\n  ./linli {verb}" in capsys.readouterr().out


def test_a_verbs_module_does_not_load_django_before_the_database_is_there() -> None:
    modules = [f"config.cli.{verb.module}" for verb in VERBS]
    code = f"import sys\nfor name in {modules}: __import__(name)\nprint('django.db' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=embedded.CHECKOUT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


def test_a_mistyped_verb_is_corrected(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serv"]) == 2
    assert capsys.readouterr().err == "linli: there is no verb 'serv'; did you mean serve?\n"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LINLI_STATE_DIR", str(tmp_path))
    return tmp_path


def test_serve_on_a_taken_port_says_so(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        assert serve.run(argparse.Namespace(host="127.0.0.1", port=port)) == 1

    error = f"linli: port {port} of 127.0.0.1 is taken; choose another with --port\n"
    assert capsys.readouterr().err == error


def test_a_second_serve_that_starts_before_the_first_listens_says_so(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with port_held("127.0.0.1", 0) as port:
        assert serve.run(argparse.Namespace(host="127.0.0.1", port=port)) == 1
        assert [path.name for path in state.iterdir()] == [f"serve-{port}.lock"]
    with port_held("127.0.0.1", port) as again:
        assert again == port

    error = f"linli: port {port} of 127.0.0.1 is taken; choose another with --port\n"
    assert capsys.readouterr().err == error


def test_serve_on_a_host_that_is_not_there_says_what_the_system_says(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert serve.run(argparse.Namespace(host="192.0.2.1", port=8000)) == 1  # RFC 5737: nobody's address
    assert capsys.readouterr().err == "linli: 192.0.2.1: Cannot assign requested address\n"


@pytest.mark.parametrize("port", ["99999", "-5", "http"])
def test_serve_wants_a_port(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["serve", "--port", port])

    error = f"./linli serve: error: argument --port: {port} is no port: 1 to 65535, or 0 for any that is free"
    assert (caught.value.code, capsys.readouterr().err.splitlines()[-1]) == (2, error)


def test_demo_takes_the_port_of_serve_or_another_and_says_how_its_links_live(
    state: Path, settings: Settings
) -> None:
    settings.EMAIL_HOST, settings.EMAIL_FILE_PATH = "", state / "mail"
    with demo.port_for_links() as first, demo.port_for_links() as second:
        assert second not in {8000, first}

    letters = f"The letters are in {state / 'mail'}; their links work while "
    assert demo.look_around(8000) == f"{letters}./linli serve runs."
    assert demo.look_around(8123) == f"{letters}./linli serve --port 8123 runs."


def test_doctor_names_an_unreachable_database_and_hides_its_password() -> None:
    done = linli("doctor", DATABASE_URL="postgis://linli:secret@127.0.0.1:1/linli")

    assert done.returncode == 1
    assert "secret" not in done.stdout
    faults = [line.split(":")[0] for line in done.stdout.splitlines() if line.startswith("!")]
    assert faults == ["! database      unreachable"]


def test_doctor_names_a_payment_account_that_cannot_be_used_and_hides_its_secrets() -> None:
    done = linli(
        "doctor", PAYMENT_ACCOUNTS='[acme]\ngateway = "stripe"\nbase_url = "http://x"\nsecret_key = "12345"'
    )

    assert "12345" not in done.stdout
    faults = [line for line in done.stdout.splitlines() if line.startswith("!")]
    assert faults == [
        "! payments      PAYMENT_ACCOUNTS: [acme] secret_key is not as Stripe gives them out: sk_live_…"
    ]


def test_doctor_finds_nothing_wrong_where_tests_run() -> None:
    done = linli("doctor")

    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "nothing is wrong")
