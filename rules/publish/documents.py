"""Root and targets, which people sign. In: public keys, documents that were carried here, one private key. Out: documents.

Only files are needed, no repository and no network: one person drafts, each holder signs on a machine of their own, and the
publishing machine accepts.
"""

import copy
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

from tuf.api.metadata import DelegatedRole, Delegations, Metadata, Root, Signed, Targets, VerificationResult
from tuf.api.serialization import DeserializationError
from tuf.api.serialization.json import JSONSerializer

from keys import Problem, owner, public_key, sign, write

PACKS = "packs"
# How long metadata of a role is accepted. A timestamp must not live longer than 30 days: the phone's clock rests on it.
DAYS = {"root": 365, "targets": 182, PACKS: 30, "snapshot": 14, "timestamp": 7}
PEOPLE, SERVICES = ("root", "targets"), ("snapshot", "timestamp")
COMPACT = JSONSerializer(compact=True)


def now() -> datetime:
    return datetime.now(timezone.utc).replace(microsecond=0)


def read(path: Path | str, kind: type[Signed]) -> Metadata:
    try:
        metadata = Metadata.from_bytes(Path(path).read_bytes())
    except DeserializationError:
        raise Problem(f"{path}: no TUF metadata: get it again from where it was made") from None
    if not isinstance(metadata.signed, kind):
        raise Problem(f"{path}: this is {metadata.signed.type}, and {kind.type} is wanted: name another file")
    return metadata


def named_keys(paths: list[str]) -> dict:
    keys = {}
    for path in paths:
        key = public_key(path)
        if key.keyid in keys:
            raise Problem(f"{path} and {owner(keys[key.keyid])}.pub are the same key: each holder brings one of their own")
        keys[key.keyid] = key
    return keys


def assign(signed: Root | Targets, role: str, paths: list[str] | None, threshold: int | None) -> None:
    """Gives `role` other keys or another threshold; what is not named stays."""
    named = named_keys(paths or [])
    if named:
        for keyid in list(signed.get_delegated_role(role).keyids):
            signed.revoke_key(keyid, role)
        for key in named.values():
            signed.add_key(key, role)
    held = signed.get_delegated_role(role)
    held.threshold = threshold or held.threshold
    if held.threshold > len(held.keyids):
        raise Problem(f"{role} has threshold {held.threshold} and {len(held.keyids)} keys: name more keys, or a lower threshold")


def next_of(args, kind: type[Root] | type[Targets], role: str) -> Root | Targets:
    """The document after --after, or the first."""
    signed = kind(version=1)
    if args.after:
        signed = copy.deepcopy(read(args.after, kind).signed)
        signed.version += 1
    signed.expires = now() + timedelta(days=DAYS[role])
    return signed


def cmd_root(args) -> None:
    """Drafts a root from public keys, unsigned. With --after, keys and thresholds that are not named stay."""
    root = next_of(args, Root, "root")
    for role in PEOPLE + SERVICES:
        paths, threshold = getattr(args, f"{role}_key"), getattr(args, f"{role}_threshold", None)
        if not args.after:
            if not paths:
                raise Problem(f"the first root needs --{role}-key: collect the .pub files of all holders")
            threshold = threshold or (2 if role in PEOPLE else 1)
        assign(root, role, paths, threshold)
    shared = {k for r in PEOPLE for k in root.roles[r].keyids} & {k for r in SERVICES for k in root.roles[r].keyids}
    for keyid in shared:
        raise Problem(f"{owner(root.keys[keyid])} is a person's key and an online key: make another one for the machine")
    write(Path(args.out), Metadata(root).to_bytes(COMPACT))
    describe(Metadata(root), None)


def cmd_targets(args) -> None:
    """Drafts the top-level targets, unsigned: it delegates `packs/*/*` to the packs keys."""
    targets = next_of(args, Targets, "targets")
    delegations = targets.delegations = targets.delegations or Delegations({}, {})
    if delegations.roles is None:
        raise Problem(f"{args.after} delegates to hash bins, which phones do not read: start without --after")
    if PACKS not in delegations.roles:
        if not args.packs_key:
            raise Problem("the first targets needs --packs-key: bring the .pub file from the publishing machine")
        delegations.roles[PACKS] = DelegatedRole(PACKS, [], 1, True, ["packs/*/*"])
    assign(targets, PACKS, args.packs_key, args.packs_threshold)
    write(Path(args.out), Metadata(targets).to_bytes(COMPACT))
    describe(Metadata(targets), None)


def judges(metadata: Metadata, root: Metadata | None) -> Iterator[tuple[str, VerificationResult]]:
    """By whose keys a document must be signed, and who has signed: a root by its own, and by those of the root before it."""
    roots = [root] if root else []
    if isinstance(metadata.signed, Root):
        roots = [*roots, metadata] if metadata.signed.version > 1 else [metadata]
    for judge in roots:
        result = judge.signed.get_verification_result(metadata.signed.type, metadata.signed_bytes, metadata.signatures)
        yield f"root {judge.signed.version}", result


def people(keys: Iterable) -> str:
    return ", ".join(sorted(owner(key) for key in keys)) or "nobody"


def describe(metadata: Metadata, root: Metadata | None) -> None:
    signed = metadata.signed
    print(f"{signed.type} {signed.version}, expires on {signed.expires:%Y-%m-%d}")
    keys = signed.keys if isinstance(signed, Root) else signed.delegations.keys if signed.delegations else {}
    roles = signed.roles if isinstance(signed, Root) else signed.delegations and signed.delegations.roles
    for name, role in sorted((roles or {}).items()):
        print(f"  {name}: {role.threshold} of {people(keys[keyid] for keyid in role.keyids if keyid in keys)}")
    for name, result in judges(metadata, root):
        state = f"{result.missing} more needed of {people(result.unsigned.values())}" if result.missing else "enough"
        print(f"  for {name} signed by {people(result.signed.values())}: {state}")
    print(f"  SHA-256 of what is signed: {sha256(metadata.signed_bytes).hexdigest()}")


def carried(path: str, root_path: str | None) -> tuple[Metadata, Metadata | None]:
    metadata = read(path, Signed)
    if not isinstance(metadata.signed, (Root, Targets)):
        raise Problem(f"{path}: people sign root and targets only")
    root = read(root_path, Root) if root_path else None
    if root is None and not (isinstance(metadata.signed, Root) and metadata.signed.version == 1):
        raise Problem(f"{path}: name with --root the root whose keys must sign it: carry it along")
    if root and isinstance(metadata.signed, Root) and metadata.signed.version != root.signed.version + 1:
        raise Problem(f"{path} is root {metadata.signed.version}, {root_path} is root {root.signed.version}: name the one before")
    return metadata, root


def cmd_show(args) -> None:
    """Says what a document says, who has signed it and who has not."""
    describe(*carried(args.file, args.root))


def cmd_sign(args) -> None:
    """Adds one signature to a document that was carried here, and says what was signed."""
    metadata, root = carried(args.file, args.root)
    wanted = {keyid: key for _, result in judges(metadata, root) for keyid, key in (result.signed | result.unsigned).items()}
    keyid = public_key(args.public).keyid
    if keyid not in wanted:
        raise Problem(f"{args.public} does not sign {args.file}: one of {people(wanted.values())} does")
    sign(metadata, args.key, wanted[keyid], args.passphrase_env)
    write(Path(args.file), metadata.to_bytes(COMPACT))
    describe(metadata, root)
