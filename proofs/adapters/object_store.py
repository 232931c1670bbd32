"""Evidence in whatever obstore reaches by URL: a local folder, S3, GCS, Azure, or memory."""

from __future__ import annotations

from obstore.exceptions import BaseError, NotFoundError
from obstore.store import from_url

from proofs.store import EvidenceLost, EvidenceUnavailable


class ObjectStore:
    """One store, named by its URL; a local folder is made when it is not there."""

    def __init__(self, url: str) -> None:
        self._store = from_url(url, mkdir=True) if url.startswith("file:") else from_url(url)

    def put(self, key: str, data: bytes) -> None:
        """Store `data` whole, over whatever stood there. EvidenceUnavailable."""
        try:
            self._store.put(key, data)
        except (BaseError, OSError) as failure:
            raise EvidenceUnavailable() from failure

    def get(self, key: str) -> bytes:
        """Return what was stored. EvidenceLost, EvidenceUnavailable."""
        try:
            return self._store.get(key).bytes().to_bytes()
        except (NotFoundError, FileNotFoundError) as missing:
            raise EvidenceLost(key) from missing
        except (BaseError, OSError) as failure:
            raise EvidenceUnavailable() from failure

    def delete(self, key: str) -> None:
        """Take away what was stored, if anything was. EvidenceUnavailable."""
        try:
            self._store.delete(key)
        except (NotFoundError, FileNotFoundError):
            return
        except (BaseError, OSError) as failure:
            raise EvidenceUnavailable() from failure
