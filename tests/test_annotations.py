"""What people add to a report in `params/catatan/`: read as typed, checked, and part of the report's identity."""

from __future__ import annotations

import datetime as dt

import pytest

from caringmon.annotations import NotesFile, fingerprint, read_annotations, write_template
from caringmon.errors import ParameterError
from caringmon.model.annotations import Annotations, Decision

NOTES = NotesFile("daily", "ALL", "2022-10-18")


def written(folder, text):
    path = NOTES.path(folder)
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_and_the_untouched_template_add_nothing(tmp_path):
    path = NOTES.path(tmp_path)
    assert read_annotations(path) == Annotations()
    write_template(path, NOTES.template)
    assert read_annotations(path) == Annotations()
    assert fingerprint(read_annotations(path)) == ""


def test_the_template_never_replaces_what_a_person_wrote(tmp_path):
    path = written(tmp_path, 'analisa: "Dua agent sakit."\n')
    write_template(path, NOTES.template)
    assert read_annotations(path).analysis == "Dua agent sakit."


def test_texts_and_decisions_are_read_as_typed(tmp_path):
    path = written(
        tmp_path,
        "ringkasan: Target 1.456 meleset\nrekomendasi:\n"
        '  R01-CT0: {putusan: tolak, alasan: sudah ditangani, pic: TL03, due: "2022-10-20"}\n'
        "  R05-CT0: {putusan: ubah, teks: Geser jam dial}\n",
    )
    found = read_annotations(path)
    assert found.summary == "Target 1.456 meleset"
    assert found.decisions == {
        "R01-CT0": Decision("tolak", "", "sudah ditangani", "TL03", dt.date(2022, 10, 20)),
        "R05-CT0": Decision("ubah", "Geser jam dial"),
    }


def test_comments_and_spaces_change_no_fingerprint_but_words_do(tmp_path):
    path = written(tmp_path, "analisa: Dua agent sakit.\n")
    first = fingerprint(read_annotations(path))
    path.write_text('# diperiksa\nanalisa:   "Dua agent sakit."\nringkasan: ""\n', encoding="utf-8")
    assert fingerprint(read_annotations(path)) == first
    path.write_text("analisa: Tiga agent sakit.\n", encoding="utf-8")
    assert fingerprint(read_annotations(path)) != first


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("analsa: salah tik\n", "unknown key 'analsa'. Did you mean 'analisa'?"),
        ("rekomendasi:\n  R01: {putusan: setuju}\n", "putusan must be terima, ubah or tolak; got 'setuju'"),
        ("rekomendasi:\n  R01: {putusan: tolak}\n", "putusan tolak needs the reason in alasan"),
        ("rekomendasi:\n  R01: {putusan: ubah}\n", "putusan ubah needs the new wording in teks"),
        ("rekomendasi:\n  R01: {keputusan: tolak}\n", "rekomendasi.R01.keputusan is unknown"),
        ("rekomendasi:\n  R01: {due: besok}\n", "rekomendasi.R01.due must be a date"),
        ("analisa: hubungi 0812-3456-7890\n", "analisa holds a number of eight or more digits"),
        ("analisa: layanan 131166000123\n", "analisa holds a number of eight or more digits"),
        ("analisa: [a, b]\n", "analisa input should be a valid string"),
    ],
)
def test_a_mistake_is_refused_with_file_and_key(tmp_path, text, says):
    path = written(tmp_path, text)
    with pytest.raises(ParameterError, match=r"daily_ALL_2022-10-18\.yml") as refused:
        read_annotations(path)
    assert says in str(refused.value)


@pytest.mark.parametrize("text", ["Rp 27.400.000 tertunda", "sejak 18-10-2022", "2022-10-18 dan 08/10/2022", "1.365"])
def test_amounts_and_dates_are_no_telephone_numbers(tmp_path, text):
    assert read_annotations(written(tmp_path, f'analisa: "{text}"\n')).analysis == text
