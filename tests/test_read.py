"""Files to documents: encodings by content, and one clear sentence for what cannot be read."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.read import ReadError, discover, read
from kg.read.encoding import NotText, decode

TEXT = "壹、前言\n交通部辦理道路改善，共 12 件（民國114年）。\n\n貳、結語：「持續推動」…\n"


def file(folder: Path, data: bytes, name: str = "a.txt") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def sentence(path: Path, **options: int) -> str:
    """What is said of a file that cannot be read: one sentence that names the file."""
    with pytest.raises(ReadError) as caught:
        read(path, **options)
    text = str(caught.value)
    assert text.startswith(f"{path}：")
    assert "\n" not in text
    return text


@pytest.mark.parametrize(("encoding", "data"), [
    ("utf-8", TEXT.encode()),
    ("big5", TEXT.encode("big5")),
    ("big5", TEXT.replace("道", "碁裏恒").encode("cp950")),
    ("utf-16", codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le")),
    ("utf-16", codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be")),
    ("utf-16-le", TEXT.encode("utf-16-le")),
    ("utf-16-be", TEXT.encode("utf-16-be")),
    ("utf-16-be", "Annual report of measures 2025\nin plain words\n".encode("utf-16-be")),
    ("utf-8", b"plain ASCII\n"),
])
def test_encodings_are_told_apart_by_content(tmp_path: Path, encoding: str, data: bytes) -> None:
    document = read(file(tmp_path, data))
    assert document.encoding == encoding
    plain = "cp950" if encoding == "big5" else encoding
    assert document.text == data.decode(plain)
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    assert document.key == document.sha256[:16]
    assert document.file_name == "a.txt"


def test_a_byte_order_mark_keeps_its_place(tmp_path: Path) -> None:
    path = file(tmp_path, codecs.BOM_UTF8 + TEXT.encode())
    document = read(path)
    with path.open(encoding="utf-8", newline="") as plain:
        assert document.text == plain.read()
    assert document.text.startswith("\ufeff壹")


def test_line_ends_stay_as_they_are(tmp_path: Path) -> None:
    text = TEXT.replace("\n", "\r\n")
    assert read(file(tmp_path, text.encode())).text == text


@given(st.text(st.sampled_from("壹、推動計畫的年\r\n 12aZ（）。「」\ufeff"), min_size=1, max_size=80))
def test_what_was_written_is_read(text: str) -> None:
    assert decode(text.encode()) == (text, "utf-8")
    assert decode(codecs.BOM_UTF16_LE + text.encode("utf-16-le")) == (text, "utf-16")
    with_line = text.replace("\ufeff", "") + "\n推動計畫\n"
    assert decode(with_line.encode("utf-16-le")) == (with_line, "utf-16-le")
    assert decode(with_line.encode("utf-16-be")) == (with_line, "utf-16-be")
    assert decode(with_line.encode("big5"))[0] == with_line


@given(st.binary(max_size=200))
def test_any_bytes_give_text_or_a_reason(data: bytes) -> None:
    try:
        text, encoding = decode(data)
    except NotText as error:
        assert error.reason
    else:
        assert isinstance(text, str)
        assert encoding


@pytest.mark.parametrize(("data", "reason"), [
    (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
    (b"PK\x03\x04\x14\x00", "DOCX"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Word"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (gzip.compress(b"x"), "gzip"),
    (b"{\\rtf1", "RTF"),
    (bytes(range(256)) * 8, "binary"),
    (b"\x01\x02\x03\x04\x05\x06" * 50, "binary"),
    (TEXT.encode() + b"\xff\xff", "neither UTF-8 nor Big5"),
    ("各位委员国家发展说产业技术创新报告经济部环境资源农业医疗\n".encode("gb18030") * 4, "GB 18030"),
    ("L'économie française a été améliorée.\n".encode("latin-1"), "neither UTF-8 nor Big5"),
    (codecs.BOM_UTF16_LE + b"\x00\xd8", "broken UTF-16"),
    (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), "binary"),
])
def test_what_is_no_text_is_refused_with_the_reason(tmp_path: Path, data: bytes, reason: str) -> None:
    assert reason in sentence(file(tmp_path, data))


@pytest.mark.parametrize("data", [
    b"", b" \t\r\n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, "\u3000\n\u3000".encode(),
    " \n".encode("utf-16-le"), codecs.BOM_UTF8 + b"\n\n",
])
def test_a_file_without_text_is_called_empty(tmp_path: Path, data: bytes) -> None:
    assert "empty" in sentence(file(tmp_path, data))


def test_too_large_a_file_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    with path.open("wb") as sparse:
        sparse.truncate(2**40)
    said = sentence(path)
    assert "too large" in said
    assert "--max-mb" in said
    assert "1.5 MiB" in sentence(file(tmp_path, b"x" * (3 * 2**19)), max_bytes=2**20)
    assert read(file(tmp_path, b"x" * 100), max_bytes=100).text == "x" * 100


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "round.txt").symlink_to(tmp_path / "round.txt")
    assert "not a regular file" in sentence(tmp_path / "pipe.txt")
    assert "not a regular file" in sentence(tmp_path)
    assert "not a regular file" in sentence(Path("/dev/null"))
    assert "no such file" in sentence(tmp_path / "dangling.txt")
    assert "no such file" in sentence(tmp_path / "missing.txt")
    assert "cannot be read" in sentence(tmp_path / "round.txt")
    assert "cannot be read" in sentence(tmp_path / ("名" * 200))
    assert "cannot be read" in sentence(Path("nul\0"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_without_permission(tmp_path: Path) -> None:
    path = file(tmp_path, b"x")
    path.chmod(0)
    assert "permissions" in sentence(path)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    assert closed in discover([tmp_path])[0]
    assert "permissions" in sentence(closed)
    closed.chmod(0o700)


def test_a_refused_opening_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    path = file(tmp_path, b"x")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "permissions" in sentence(path)


def test_a_folder_gives_its_documents_in_order(tmp_path: Path) -> None:
    for name in (
        "b.txt", "a.TXT", "c.md", "d.jpg", "e", ".hidden.txt", "sub/z.txt", ".git/x.txt", "sub/f.csv", "sub/g.gif",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found, left_out = discover([tmp_path])
    assert [p.relative_to(tmp_path).as_posix() for p in found] == ["a.TXT", "b.txt", "c.md", "sub/f.csv", "sub/z.txt"]
    assert [p.relative_to(tmp_path).as_posix() for p in left_out] == ["d.jpg", "e", "sub/g.gif"]


def test_what_is_named_is_read_whatever_its_ending_and_once(tmp_path: Path) -> None:
    path = file(tmp_path, b"x", "paper.dat")
    assert discover([path, path, tmp_path]) == ([path], [path])
    missing = tmp_path / "missing"
    assert discover([missing, path])[0] == [missing, path]
