"""Verifying as a client. In: a folder or an address, a trusted root. Out: what expires when, and a status for monitoring.

Reads any repository of TUF 1.0 with consistent snapshots, those of tuf-on-ci among them.
"""

import logging
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, unquote

from tuf.api.exceptions import DownloadError, DownloadHTTPError, ExpiredMetadataError, RepositoryError
from tuf.api.metadata import Metadata, Root, Targets
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig
from tuf.ngclient.urllib3_fetcher import Urllib3Fetcher

from documents import PACKS, now

# Days before the end at which someone must act: half a ceremony's notice for people, two missed nights for machines.
WARN = {"root": 60, "targets": 30, PACKS: 7, "snapshot": 4, "timestamp": 4}
GOOD, SOON, BROKEN = 0, 1, 2


class Folder(FetcherInterface):
    def _fetch(self, url: str) -> Iterator[bytes]:
        path = Path(url)
        try:
            # Names of roles are quoted as in an address.
            return iter([(path if path.exists() else path.with_name(unquote(path.name))).read_bytes()])
        except FileNotFoundError:
            raise DownloadHTTPError(f"{url} is missing", 404) from None


def roles(base: str, cache: Path, fetcher: FetcherInterface) -> Iterator[tuple[str, Metadata]]:
    """All roles of what was refreshed, delegated ones as their delegators vouch for them."""
    loaded = {role: Metadata.from_file(str(cache / f"{role}.json")) for role in ("root", "targets", "snapshot", "timestamp")}
    yield from loaded.items()
    waiting, seen = [loaded["targets"].signed], set()
    while waiting:
        parent: Targets = waiting.pop()
        for name in (parent.delegations and parent.delegations.roles) or ():
            meta = loaded["snapshot"].signed.meta.get(f"{name}.json")
            if meta is None or name in seen:
                continue
            seen.add(name)
            url = f"{base}/metadata/{meta.version}.{quote(name, '')}.json"
            data = fetcher.download_bytes(url, UpdaterConfig().targets_max_length)
            meta.verify_length_and_hashes(data)
            metadata = Metadata.from_bytes(data)
            parent.verify_delegate(name, metadata.signed_bytes, metadata.signatures)
            waiting.append(metadata.signed)
            yield name, metadata


def notice(name: str, metadata: Metadata, root: Root) -> timedelta:
    """How long before its end someone must act; where tuf-on-ci says when it signs anew, half of that."""
    fields = (root.roles[name].unrecognized_fields if name in root.roles else {}) | metadata.signed.unrecognized_fields
    own = fields.get("x-tuf-on-ci-signing-period")
    return timedelta(days=own / 2 if own else WARN.get(name, WARN["targets"]))


def verified(base: str, first: Path | None, warn: int | None) -> int:
    fetcher = Urllib3Fetcher() if base.startswith(("http://", "https://")) else Folder()
    limit = UpdaterConfig().root_max_length
    trusted = first.read_bytes() if first else fetcher.download_bytes(f"{base}/metadata/1.root.json", limit)
    status, files = GOOD, 0
    with TemporaryDirectory() as folder:
        updater = Updater(folder, f"{base}/metadata", folder, f"{base}/targets", fetcher, bootstrap=trusted)
        updater.refresh()
        root = Metadata.from_file(str(Path(folder) / "root.json")).signed
        for name, metadata in roles(base, Path(folder), fetcher):
            left, end = metadata.signed.expires - now(), f"{metadata.signed.expires:%Y-%m-%d %H:%M} UTC"
            if left <= timedelta(0):
                raise ExpiredMetadataError(f"{name} expired on {end}")
            soon = left < (notice(name, metadata, root) if warn is None else timedelta(days=warn))
            status = SOON if soon else status
            act = ": SOON, " + ("hold a ceremony" if name in ("root", "targets") else "run `refresh`") if soon else ""
            print(f"{name} {metadata.signed.version} expires in {left.days} days, on {end}{act}")
            for path in metadata.signed.targets if isinstance(metadata.signed, Targets) else ():
                info = updater.get_targetinfo(path)
                if info is None:
                    raise RepositoryError(f"{path} of {name} is not found by clients: no delegation leads to it")
                updater.download_target(info, str(Path(folder) / "target"))
                files += 1
    print(f"{files} targets match")
    return status


def cmd_verify(args) -> int:
    """Reads a repository as a client does. Status 0: good; 1: something expires soon; 2: clients cannot read it."""
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    try:
        return verified(args.source.rstrip("/"), args.root and Path(args.root), args.warn_days)
    except ExpiredMetadataError as error:
        print(f"error: {error}: run `refresh`, or hold a ceremony if it is root or targets; then upload", file=sys.stderr)
    except DownloadError as error:
        print(f"error: {args.source}: {str(error) or 'no answer'}: upload again, or name the host right", file=sys.stderr)
    except RepositoryError as error:
        print(f"error: {args.source}: {error}: compare the host with the publishing machine, and upload again", file=sys.stderr)
    except OSError as error:
        print(f"error: {error.filename or 'output'}: {error.strerror}: name it right, or give access to it", file=sys.stderr)
    return BROKEN
