"""`eboxcast check` answers at once, in words or in JSON, and its exit code says yes or no."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.package.spreadsheets import write_xlsx

from eboxcast.cli import main as cli_main
from eboxcast.package.sampling import SamplePaths, damage, write_sample
from eboxcast.package.sampling_content import INSTITUTION

PROMISED = {"format", "ok", "policies", "document", "metadata", "lists", "totals", "fault_counts", "faults"}
PROMISED_OF_FAULTS = {"code", "level", "file_name", "line", "place", "sheet", "column", "data", "sentence", "remedy"}
COMMAND = Path(sys.executable).with_name("eboxcast")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def sample(tmp_path: Path) -> SamplePaths:
    return write_sample(tmp_path, recipients=40)


@pytest.fixture
def damaged(sample: SamplePaths, tmp_path: Path) -> SamplePaths:
    (original,) = sample.files.lists
    copy = damage(original, out=tmp_path / "damaged.csv", each=2)
    copy.replace(original)
    return sample


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command as its own process would, but in this one."""
    monkeypatch.setenv("EBOXCAST_LANGUAGE", "en")

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["eboxcast", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli_main.run()
        return (int(end.value.code or 0), *capsys.readouterr())

    return run


def test_a_good_package_gets_its_summary_and_zero(sample: SamplePaths, run: Run) -> None:
    code, out, err = run("check", sample.directory)
    assert (code, err) == (0, "")
    assert out.startswith("✓ The package is valid. Recipients: 40.\n")
    for words in ("information-fr.pdf · application/pdf", "demo-fr-1", "0456789034 · demo:broadcast", "one page"):
        assert words in out


def test_a_faulty_package_gets_each_kind_with_place_and_remedy_and_three(damaged: SamplePaths, run: Run) -> None:
    code, out, _ = run("check", damaged.directory)
    assert code == 3
    assert "✗ row.check-digits  (2)" in out
    assert "recipients-01.csv, lines " in out
    assert "→ Look up the correct number in the source data." in out


def test_faulty_rows_may_be_left_out(damaged: SamplePaths, run: Run) -> None:
    code, out, _ = run("check", damaged.directory, "--faulty-rows", "exclude")
    assert code == 0
    assert out.startswith("! The package can be published without its faulty rows.")


def test_duplicates_block_when_asked(damaged: SamplePaths, run: Run) -> None:
    code, out, _ = run("check", damaged.directory, "--faulty-rows", "exclude", "--duplicates", "block")
    assert code == 3
    assert "list.duplicate  (2)" in out


def test_the_json_answer_has_its_promised_form(damaged: SamplePaths, run: Run) -> None:
    code, out, _ = run("check", damaged.directory, "--json", "--language", "en")
    answer = json.loads(out)
    assert code == 3
    assert set(answer) == PROMISED
    assert answer["format"] == "eboxcast.check/1"
    assert not answer["ok"]
    assert set(answer["faults"][0]) == PROMISED_OF_FAULTS
    totals = answer["totals"]
    assert totals["rows"] == totals["excluded"] + totals["merged"] + totals["recipients"]


def test_the_json_form_is_documented_name_by_name(damaged: SamplePaths, run: Run) -> None:
    text = (Path(__file__).parents[2] / "docs/reference/check-json.md").read_text(encoding="utf-8")
    answer = json.loads(run("check", damaged.directory, "--json")[1])
    parts = (answer["document"], answer["metadata"], answer["lists"][0], answer["faults"][0], answer["totals"])
    for name in {*answer, *(name for part in parts for name in part)}:
        assert f"`{name}`" in text


def test_files_may_be_given_one_by_one(sample: SamplePaths, run: Run) -> None:
    files = sample.files
    code, _, _ = run(
        "check", "--document", files.document, "--metadata", files.metadata, "--recipients", files.lists[0]
    )
    assert code == 0


@pytest.mark.parametrize("arguments", [[], ["--document", "x.pdf"], ["DIRECTORY", "--metadata", "x.xml"]])
def test_what_makes_no_sense_is_wrong_use(arguments: list[str], run: Run) -> None:
    code, out, err = run("check", *arguments)
    assert (code, out) == (2, "")
    assert "→ Give either a directory" in err


def test_the_rejected_rows_go_to_a_file_of_their_owner_alone(damaged: SamplePaths, tmp_path: Path, run: Run) -> None:
    rejected = tmp_path / "rejected.csv"
    _, out, err = run("check", damaged.directory, "--rejected", rejected)
    lines = rejected.read_text().splitlines()
    assert lines[0].startswith("NISS;Reference;Langue;")
    assert len(lines) == 1 + 12
    assert rejected.stat().st_mode & 0o777 == 0o600
    assert str(rejected) in err
    assert "--rejected" not in out


def test_duplicates_that_block_are_among_the_rejected_rows(damaged: SamplePaths, tmp_path: Path, run: Run) -> None:
    rejected = tmp_path / "rejected.csv"
    run("check", damaged.directory, "--rejected", rejected, "--duplicates", "block")
    assert len(rejected.read_text().splitlines()) == 1 + 14


def test_with_several_lists_each_has_its_own_rejected_rows(damaged: SamplePaths, tmp_path: Path, run: Run) -> None:
    (damaged.directory / "b.csv").write_text("NISS\n85073003329\n85073003328\n")
    (damaged.directory / "c.csv").write_text("NISS\n00010111783\n")
    run("check", damaged.directory, "--rejected", tmp_path / "out.csv")
    assert sorted(path.name for path in tmp_path.glob("out*")) == ["out-b.csv", "out-recipients-01.csv"]


def test_the_rejected_rows_never_overwrite_a_file_to_check(damaged: SamplePaths, run: Run) -> None:
    files = damaged.files
    before = files.lists[0].read_bytes()
    one_by_one = ("--document", files.document, "--metadata", files.metadata, "--recipients", files.lists[0])
    code, _, err = run("check", *one_by_one, "--rejected", files.lists[0])
    assert (code, files.lists[0].read_bytes()) == (2, before)
    assert "not overwritten" in err


def test_the_rejected_rows_never_become_a_list_of_the_package(damaged: SamplePaths, run: Run) -> None:
    code, _, err = run("check", damaged.directory, "--rejected", damaged.directory / "rejected.csv")
    assert code == 2
    assert "would be read as a recipient list" in err
    assert not (damaged.directory / "rejected.csv").exists()


def test_a_place_where_nothing_can_be_written_is_said(damaged: SamplePaths, tmp_path: Path, run: Run) -> None:
    code, _, err = run("check", damaged.directory, "--rejected", tmp_path / "absent" / "out.csv")
    assert code == 1
    assert "could not be written: No such file or directory" in err


def test_a_directory_that_is_not_there_is_refused_input(tmp_path: Path, run: Run) -> None:
    code, out, _ = run("check", tmp_path / "absent")
    assert code == 3
    assert "No such file or directory" in out


def test_file_names_cannot_trick_the_terminal_nor_show_a_number(sample: SamplePaths, run: Run) -> None:
    (sample.directory / "85073003328\x1b[2J.docx").write_text("")
    _, out, _ = run("check", sample.directory)
    assert "***********�[2J.docx" in out


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Le paquet"), ("nl", "Het pakket"), ("de", "Das Paket"), ("en", "The package")]
)
def test_the_answer_is_in_the_language_asked_for(sample: SamplePaths, run: Run, language: str, words: str) -> None:
    _, out, _ = run("check", sample.directory, "--language", language)
    assert words in out.splitlines()[0]


def test_a_real_process_answers_without_colours_or_traceback_and_loads_no_django(damaged: SamplePaths) -> None:
    answer = subprocess.run(
        [sys.executable, "-X", "importtime", COMMAND, "check", damaged.directory, "--language", "nl"],
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    modules = {line.rpartition("|")[2].strip() for line in answer.stderr.splitlines() if line.startswith("import time")}
    rest = [line for line in answer.stderr.splitlines() if not line.startswith("import time")]
    assert (answer.returncode, rest) == (3, [])
    assert "\x1b" not in answer.stdout
    assert {"numpy", "lxml.etree"} <= modules
    assert "pikepdf" not in modules
    assert not modules & {"django", "psycopg", "polars", "fpdf"}


def test_a_terminal_that_lacks_our_signs_gets_question_marks(damaged: SamplePaths) -> None:
    answer = subprocess.run(
        [COMMAND, "check", damaged.directory, "--language", "fr"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
    )
    assert (answer.returncode, answer.stderr) == (3, b"")
    assert answer.stdout.decode("latin-1").startswith("? Le paquet ne peut pas être publié.")


@pytest.mark.parametrize("how", [[], ["--json"], ["--duplicates", "block"], ["--json", "--duplicates", "block"]])
def test_no_answer_shows_a_number_of_a_list(damaged: SamplePaths, run: Run, how: list[str]) -> None:
    rows = damaged.files.lists[0].read_text().splitlines()[1:]
    numbers = {row.split(";")[0] for row in rows} - {"", INSTITUTION}
    assert len(numbers) > 30
    _, out, err = run("check", damaged.directory, *how)
    assert [number for number in numbers if number in out + err] == []


def test_a_spreadsheet_is_shown_to_be_confirmed_and_its_faults_have_sheet_row_and_column(
    sample: SamplePaths, run: Run, tmp_path: Path
) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_column(0, 1, ["NISS", "85073003328", "90011500287", "85073003329", "85073003327"])
        sheet.set_row(2, None, None, {"hidden": True})

    path = write_xlsx(tmp_path / "april.xlsx", {"Feuil1": fill, "Notes": [["x"]]})
    where = ("--metadata", sample.files.metadata, "--document", sample.files.document, "--recipients", path)
    code, out, _ = run("check", *where)
    assert code == 3
    assert "april.xlsx: sheet Feuil1, column B, recipients from row 2. The first are: 85.07.**-***.28" in out
    assert "! Rows are hidden. The hidden rows are part of the list: 1." in out
    assert "! Sheets that are not read: Notes." in out
    assert "april.xlsx, sheet Feuil1, rows 4, 5, column B: The check digits are wrong." in out
    code, out, _ = run("check", *where, "--json", "--faulty-rows", "exclude", "--sheet", "Feuil1")
    answer = json.loads(out)
    assert answer["ok"]
    assert (code, answer["policies"]["sheet"]) == (0, "Feuil1")
    assert (answer["lists"][0]["sheet"]["hidden_rows"], answer["faults"][0]["column"]) == (1, "B")


def test_the_rejected_rows_of_a_spreadsheet_are_a_csv(sample: SamplePaths, run: Run, tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "april.xlsx", {"A": [["NISS", "Nom"], ["85073003329", "Zoë"]], "B": [["NISS"]]})
    where = ("--metadata", sample.files.metadata, "--document", sample.files.document, "--recipients", path)
    run("check", *where, "--sheet", "A", "--rejected", tmp_path / "rejected.csv")
    rejected = (tmp_path / "rejected.csv").read_text("utf-8-sig")
    assert rejected == 'NISS;Nom;Row;Fault\n85073003329;Zoë;2;"The check digits are wrong."\n'
