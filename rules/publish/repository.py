"""A repository. In: its folder, online keys, documents that people signed. Out: the next state of it, for any static host.

The folder has `metadata` and `targets`; it is what goes to the host, so no key lies in it. All is signed before anything is
written, each file appears whole, and the timestamp last: who is interrupted leaves what clients could read before.
"""

import copy
import fcntl
import json
import os
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from tuf.api.metadata import Metadata, MetaFile, Role, Root, Signed, Snapshot, Targets, Timestamp

from documents import COMPACT, DAYS, PACKS, PEOPLE, judges, now, people, read
from keys import ONLINE, TEMPORARY, Problem, public_key, sign, write


def held(judge: Root | Targets, role: str) -> Role | None:
    """The role as `judge` delegates it, if it does."""
    try:
        return judge.get_delegated_role(role)
    except ValueError:
        return None


def vouched(judge: Root | Targets, role: str, metadata: Metadata | None) -> bool:
    if metadata is None or held(judge, role) is None:
        return False
    return judge.get_verification_result(role, metadata.signed_bytes, metadata.signatures).verified


class Repository:
    """What the timestamp leads to, as clients see it: files that an interrupted run left count for nothing."""

    def __init__(self, args) -> None:
        folder, self.keys, self.variable = Path(args.repo), Path(args.keys), args.passphrase_env
        self.metadata, self.files = folder / "metadata", folder / "targets"
        if folder.exists():
            self.lock(folder)
        self.root = self.timestamp = self.snapshot = self.targets = self.packs = None
        if versions := self.versions("root"):
            self.root = read(self.metadata / f"{max(versions)}.root.json", Root)
        if (self.metadata / "timestamp.json").exists():
            self.timestamp = read(self.metadata / "timestamp.json", Timestamp)
            self.snapshot = read(self.metadata / f"{self.timestamp.signed.snapshot_meta.version}.snapshot.json", Snapshot)
            self.targets, self.packs = self.listed("targets"), self.listed(PACKS)
        elif versions := self.versions("targets"):
            self.targets = read(self.metadata / f"{max(versions)}.targets.json", Targets)

    def lock(self, folder: Path) -> None:
        """One writer at a time, until the process ends; what an interrupted one left is swept away."""
        try:
            fcntl.flock(os.open(folder, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem(f"{folder}: another run is writing to it: wait for its end") from None
        for path in folder.rglob(f"{TEMPORARY}*"):
            path.unlink()

    def versions(self, role: str) -> list[int]:
        return [int(path.name.split(".")[0]) for path in self.metadata.glob(f"[0-9]*.{role}.json")]

    def listed(self, role: str) -> Metadata | None:
        meta = self.snapshot.signed.meta.get(f"{role}.json")
        return meta and read(self.metadata / f"{meta.version}.{role}.json", Targets)

    def lifetime(self, role: str, root: Root) -> timedelta:
        own = root.roles[role].unrecognized_fields if role in root.roles else {}
        return timedelta(days=own.get("x-tuf-on-ci-expiry-period", DAYS[role]))

    def stale(self, role: str, metadata: Metadata | None, judge: Root | Targets, root: Root) -> bool:
        """Whether a role that is delegated lacks metadata, its keys' signatures, or half of its life."""
        if not held(judge, role):
            return False
        return not vouched(judge, role, metadata) or metadata.signed.expires - now() < self.lifetime(role, root) / 2

    def signers(self, role: str, allowed: dict) -> list[tuple]:
        """URI, key and variable of keys of a role: from the file of keys, or where the metadata say that an online key is."""
        try:
            listed = json.loads(self.keys.read_text()).get(role) if self.keys.exists() else None
            if not all(isinstance(each, list) and len(each) in (2, 3) for each in listed or []):
                raise ValueError
        except (ValueError, TypeError, AttributeError):
            raise Problem(f'{self.keys}: the operator mends it: {{"{PACKS}": [["file:packs.pem", "packs.pub"]], ...}}') from None
        if listed is None:
            return [(key.unrecognized_fields[ONLINE], key, self.variable)
                    for key in allowed.values() if ONLINE in key.unrecognized_fields]
        found = [(uri, public_key(public).keyid, *variable, self.variable)[:3] for uri, public, *variable in listed]
        return [(uri, allowed[keyid], variable) for uri, keyid, variable in found if keyid in allowed]

    def signed(self, role: str, signed: Signed, delegators: list[Root | Targets], root: Root) -> Metadata:
        """The next version, by the keys of the last delegator, and by those of the one before it that are at hand."""
        latest = max(self.versions(role), default=0)
        if role == "timestamp" and self.timestamp:
            latest = self.timestamp.signed.version
        signed.version, signed.expires = latest + 1, now() + self.lifetime(role, root)
        metadata = Metadata(signed)
        allowed = {keyid: each.get_key(keyid) for each in delegators if held(each, role) for keyid in held(each, role).keyids}
        for signer in self.signers(role, allowed):
            sign(metadata, *signer)
        result = delegators[-1].get_verification_result(role, metadata.signed_bytes, metadata.signatures)
        if result.missing:
            raise Problem(f"{role} needs {result.missing} more of {people(result.unsigned.values())}: the operator adds these"
                          f" keys to {self.keys}; nothing was written")
        return metadata

    def publish(self, root: Metadata | None = None, targets: Metadata | None = None, packs: Targets | None = None,
                files: dict[str, bytes] | None = None) -> None:
        """Signs what changed or is stale, and the timestamp; then writes, so that no client meets half of it."""
        trusted, targets, changed = (root or self.root).signed, targets or self.targets, {}
        roots = [self.root.signed, trusted]
        if not vouched(trusted, "targets", targets):
            raise Problem(f"targets {targets.signed.version} lacks signatures of root {trusted.version}: draft and sign new"
                          " targets, and accept them together with the root")
        if targets is not self.targets or not self.timestamp:
            changed["targets"] = targets
        if packs or self.stale(PACKS, self.packs, targets.signed, trusted):
            delegators = [self.targets.signed, targets.signed]
            keys = {keyid: targets.signed.get_key(keyid) for keyid in held(targets.signed, PACKS).keyids}
            if packs or self.signers(PACKS, keys) or not vouched(targets.signed, PACKS, self.packs):
                packs = packs or (copy.deepcopy(self.packs.signed) if self.packs else Targets())
                changed[PACKS] = self.signed(PACKS, packs, delegators, trusted)
            else:
                print(f"{PACKS} needs its key: who holds it runs `refresh` before {self.packs.signed.expires:%Y-%m-%d}")
        snapshot = self.snapshot
        if changed or self.stale("snapshot", snapshot, trusted, trusted):
            content = copy.deepcopy(snapshot.signed) if snapshot else Snapshot(meta={})
            content.meta |= {f"{role}.json": MetaFile(each.signed.version) for role, each in changed.items()}
            snapshot = changed["snapshot"] = self.signed("snapshot", content, roots, trusted)
        data = {f"{each.signed.version}.{role}.json": each.to_bytes(COMPACT) for role, each in changed.items()}
        name = f"{snapshot.signed.version}.snapshot.json"
        whole = data.get(name) or (self.metadata / name).read_bytes()
        meta = MetaFile(snapshot.signed.version, len(whole), {"sha256": sha256(whole).hexdigest()})
        timestamp = self.signed("timestamp", Timestamp(snapshot_meta=meta), roots, trusted)
        last = {"timestamp.json": timestamp.to_bytes(COMPACT)}
        if root:
            new_root = {f"{trusted.version}.root.json": root.to_bytes(COMPACT)}
            # Where old keys signed as well, clients of the old root can read all of it; the root then follows without a gap.
            parts = (("targets", targets), ("snapshot", snapshot), ("timestamp", timestamp))
            last = last | new_root if all(vouched(self.root.signed, *part) for part in parts) else new_root | last
        for path, content in (files or {}).items():
            write(self.files / path, content)
        for name, content in (data | last).items():
            write(self.metadata / name, content)


def collected(paths: list[str]) -> dict[str, tuple[str, Metadata]]:
    """Root, targets or both; signatures of copies that were signed apart are put together."""
    documents = {}
    for path in paths:
        metadata = read(path, Signed)
        if metadata.signed.type not in PEOPLE:
            raise Problem(f"{path}: this is {metadata.signed.type}; people sign root and targets only")
        first, whole = documents.setdefault(metadata.signed.type, (path, metadata))
        if metadata.signed_bytes != whole.signed_bytes:
            raise Problem(f"{path} and {first} are not the same document: holders compare what `show` says, and sign the same")
        whole.signatures.update(metadata.signatures)
    return documents


def cmd_accept(args) -> None:
    """Takes root, targets or both, signed in one file or in copies, into the repository, and what follows from them."""
    documents, repository, accepted = collected(args.file), Repository(args), {}
    for role in filter(documents.get, PEOPLE):
        path, metadata = documents[role]
        current, version = getattr(repository, role), metadata.signed.version
        if current and current.signed_bytes == metadata.signed_bytes:
            continue  # A run that was interrupted has taken it in.
        latest = current.signed.version if current else 0
        if version <= latest or (role == "root" and version != latest + 1):
            raise Problem(f"{path} is {role} {version} and the repository is at {latest}: draft it --after {role} {latest}")
        if metadata.signed.expires <= now():
            raise Problem(f"{path} expired on {metadata.signed.expires:%Y-%m-%d}: draft it anew")
        root = repository.root if role == "root" or "root" not in documents else documents["root"][1]
        if role == "targets" and not root:
            raise Problem(f"{path}: the repository has no root yet: accept root first")
        for name, result in judges(metadata, root):
            if result.missing:
                raise Problem(f"{path}: {name} needs {result.missing} more of {people(result.unsigned.values())}: they `sign` it")
        accepted[role] = metadata
    if repository.timestamp:
        repository.publish(**accepted)
    else:
        for role, metadata in accepted.items():
            write(repository.metadata / f"{metadata.signed.version}.{role}.json", metadata.to_bytes(COMPACT))
    print(*(f"the repository has {role} {documents[role][1].signed.version}" for role in filter(documents.get, PEOPLE)), sep="\n")
