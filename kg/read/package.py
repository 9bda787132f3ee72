"""Zip packages opened with care: DOCX, ODT and XLSX are such, and so are archives of documents."""

from __future__ import annotations

import io
import zipfile
import zlib

from lxml import etree

#: a package that unpacks to more is refused
MAX_UNPACKED = 512 * 2**20
#: a member that is larger than this may not be packed more tightly than MAX_RATIO: XML reaches some
#: 60 : 1, bombs the 1000 : 1 that deflate allows
LARGE_MEMBER, MAX_RATIO = 8 * 2**20, 200
#: an archive may hold so many members
MAX_MEMBERS = 10_000
_ENCRYPTED = 0x1
ODT = b"application/vnd.oasis.opendocument.text"


class Unreadable(ValueError):
    """A file that is of a known kind but cannot be read: why and what to do, in Chinese and in English."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese} ({english})")


def damaged(what: str, why: object) -> Unreadable:
    """The sentence for a file that is broken."""
    reason = " ".join(str(why).split())[:160]
    return Unreadable(f"{what} 檔已損壞，請重新下載或另存新檔",
                      f"the file is damaged: {reason}; download or save it again")


def is_zip(data: bytes) -> bool:
    """Do the bytes begin as a zip package does?"""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def kind(data: bytes) -> str:
    """``docx``, ``odt`` or ``zip``: what a zip package is, by its members. Raises Unreadable."""
    with opened(data, "ZIP / DOCX / ODT") as package:
        names = package.namelist()
        if any(name.startswith("word/") and name.endswith(".xml") for name in names):
            return "docx"
        if "mimetype" in names and content(package, "mimetype", "ODT").strip().startswith(ODT):
            return "odt"
    return "zip"


def opened(data: bytes, what: str) -> zipfile.ZipFile:
    """The package, if what it unpacks to is within the limits. Raises Unreadable."""
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise damaged(what, error) from error
    members = package.infolist()
    total = sum(m.file_size for m in members)
    if len(members) > MAX_MEMBERS or total > MAX_UNPACKED:
        raise Unreadable(
            f"{what} 檔解開後有 {len(members):,} 個檔案、{total >> 20:,} MiB，超過上限，請分批提供",
            f"it unpacks to {len(members):,} members and {total >> 20:,} MiB, "
            f"more than {MAX_MEMBERS:,} or {MAX_UNPACKED >> 20} MiB; split it")
    for member in members:
        if member.file_size > LARGE_MEMBER and member.file_size > MAX_RATIO * max(1, member.compress_size):
            raise Unreadable(
                f"{what} 檔壓縮比異常，疑為壓縮炸彈，不予讀取，請檢查來源",
                f"a member is packed more than {MAX_RATIO} : 1, as zip bombs are; check where the file comes from")
    return package


def content(package: zipfile.ZipFile, name: str, what: str) -> bytes:
    """The bytes of a member, at most as many as the package declares. Raises Unreadable."""
    try:
        info = package.getinfo(name)
        if info.flag_bits & _ENCRYPTED:
            raise Unreadable(f"{what} 檔有密碼保護，請解除密碼後再讀", "it is encrypted; remove the password")
        with package.open(info) as stream:
            return stream.read(info.file_size)
    except KeyError as error:
        raise damaged(what, f"no member {name}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise damaged(what, error) from error


def xml(package: zipfile.ZipFile, name: str, what: str) -> etree._Element:
    """The root of an XML member. Entities, external or the file's own, are refused. Raises Unreadable."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content(package, name, what), parser)
    except etree.XMLSyntaxError as error:
        raise damaged(what, error) from error
    # neither Word nor LibreOffice writes a document type; whoever does has entities in mind
    if root.getroottree().docinfo.internalDTD is not None:
        raise damaged(what, f"{name} declares a document type")
    return root


def local(element: etree._Element) -> str:
    """The element's name without its namespace (``strict`` and ``transitional`` Word files differ in it)."""
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def attribute(element: etree._Element | None, name: str, default: str = "") -> str:
    """An attribute's value whatever its namespace."""
    if element is not None:
        for key, value in element.attrib.items():
            if str(key).rsplit("}", 1)[-1] == name:
                return str(value)
    return default


def child(element: etree._Element | None, *names: str) -> etree._Element | None:
    """The first child so named, and of it the first child named next."""
    for name in names:
        if element is None:
            return None
        element = next((c for c in element if local(c) == name), None)
    return element
