"""Reading files: bytes to text, with one clear sentence where that cannot be done."""

from kg.read.files import MAX_BYTES, ReadError, content_of, discover, name_of, read

__all__ = ["MAX_BYTES", "ReadError", "content_of", "discover", "name_of", "read"]
