"""The store: Oxigraph versions side by side on disk, switched by one atomic pointer."""

from kg.store.versions import StoreError, Version, VersionedStore

__all__ = ["StoreError", "Version", "VersionedStore"]
