#!/usr/bin/env python3
"""Publishes packs as a TUF repository. In: packs and deltas made by scampack, keys. Out: files for any static host.

All that touches metadata and keys is python-tuf and securesystemslib; this file only says which roles there are and what stands
in the `custom` field of a target. Keys are URIs of securesystemslib: `file:KEY.pem` (PKCS8, Ed25519 or P-256, encrypted ones
unlocked by the environment variable PUBLISH_PASSPHRASE), `hsm:`, `awskms:`, `gcpkms:`, `azurekms:`, ...
"""

import argparse
import copy
import json
import os
import secrets
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, PublicFormat, load_pem_private_key, load_pem_public_key)
from securesystemslib.signer import CryptoSigner, Signer, SSlibKey
from tuf.api.metadata import DelegatedRole, Delegations, Metadata, Root, Snapshot, TargetFile, Targets, Timestamp, MetaFile
from tuf.api.serialization.json import JSONSerializer

# How long metadata of a role is accepted. A timestamp must not live longer than 30 days: the phone's clock rests on it.
DAYS = {"root": 365, "targets": 182, "packs": 30, "snapshot": 14, "timestamp": 7}
PACKS = "packs"
COMPACT = JSONSerializer(compact=True)


def expiry(role):
    return (datetime.now(timezone.utc) + timedelta(days=DAYS[role])).replace(microsecond=0)


def public_key(path):
    return SSlibKey.from_crypto(load_pem_public_key(Path(path).read_bytes()))


def signer(uri, key):
    if uri.startswith("file:"):
        secret = os.environ.get("PUBLISH_PASSPHRASE")
        private = load_pem_private_key(Path(uri[5:]).read_bytes(), secret.encode() if secret else None)
        return CryptoSigner(private, key)
    return Signer.from_priv_key_uri(uri, key)


class Repository:
    """A folder with `metadata` and `targets`; it is what goes to the host, so no key lies in it."""

    def __init__(self, folder, keys="keys.json"):
        self.keys = Path(keys)
        self.folder = Path(folder)
        self.metadata = self.folder / "metadata"
        self.targets = self.folder / "targets"

    def newest(self, role):
        """The newest version of a role."""
        if role == "timestamp":
            return Metadata.from_file(str(self.metadata / "timestamp.json"))
        found = [(int(p.name.split(".")[0]), p) for p in self.metadata.glob(f"*.{role}.json")]
        if not found:
            sys.exit(f"error: {self.metadata} has no {role} metadata: run `init` first")
        return Metadata.from_file(str(max(found)[1]))

    def path(self, metadata):
        role = metadata.signed.type
        return self.metadata / (f"{role}.json" if role == "timestamp" else f"{metadata.signed.version}.{role}.json")

    def write(self, path, data):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(file.name, 0o644)
        os.replace(file.name, path)

    def online(self, role):
        """Signers of a role, from the file of keys: {"packs": [["file:packs.pem", "packs.pub"]], ...}."""
        listed = json.loads(self.keys.read_text()).get(role, [])
        return [signer(uri, public_key(public)) for uri, public in listed]

    def publish(self, role, metadata, bump=True):
        """Signs with the online keys and writes; snapshot and timestamp follow with `finish`."""
        if bump:
            metadata.signed.version += 1
        metadata.signed.expires = expiry(role)
        metadata.signatures.clear()
        for each in self.online(role):
            metadata.sign(each, append=True)
        data = metadata.to_bytes(COMPACT)
        name = "timestamp.json" if role == "timestamp" else f"{metadata.signed.version}.{role}.json"
        self.write(self.metadata / name, data)
        return data

    def finish(self, changed):
        """Snapshot and timestamp over the versions of `changed` roles; the timestamp last, so that no phone meets half of it."""
        snapshot = self.newest("snapshot")
        for role, version in changed.items():
            snapshot.signed.meta[f"{role}.json"] = MetaFile(version)
        data = self.publish("snapshot", snapshot)
        timestamp = self.newest("timestamp")
        timestamp.signed.snapshot_meta = MetaFile(snapshot.signed.version, len(data), {"sha256": sha256(data).hexdigest()})
        self.publish("timestamp", timestamp)

    def store_target(self, path, file):
        data = Path(file).read_bytes()
        target = TargetFile.from_data(path, data, ["sha256"])
        folder, _, name = path.rpartition("/")
        self.write(self.targets / folder / f"{target.hashes['sha256']}.{name}", data)
        return target


def cmd_key(args):
    """Makes an Ed25519 key in files: NAME.pem, encrypted if PUBLISH_PASSPHRASE is set, and NAME.pub."""
    key = ed25519.Ed25519PrivateKey.generate()
    secret = os.environ.get("PUBLISH_PASSPHRASE")
    how = BestAvailableEncryption(secret.encode()) if secret else NoEncryption()
    for suffix, data, mode in (
        (".pem", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how), 0o600),
        (".pub", key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), 0o644),
    ):
        with os.fdopen(os.open(args.name + suffix, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)


def cmd_root(args):
    """Step 1 of a ceremony: writes the next root, unsigned, from public keys; each holder then runs `sign`."""
    repository = Repository(args.repo, args.keys)
    old = None
    if list(repository.metadata.glob("*.root.json")):
        old = repository.newest("root").signed
    root = Root(version=1 if old is None else old.version + 1, expires=expiry("root"), consistent_snapshot=True)
    for role, keys, threshold in (
        ("root", args.root_key, args.root_threshold), ("targets", args.targets_key, args.targets_threshold),
        ("snapshot", args.snapshot_key, 1), ("timestamp", args.timestamp_key, 1),
    ):
        for key in keys:
            root.add_key(public_key(key), role)
        if threshold > len(keys):
            sys.exit(f"error: {role} needs {threshold} signatures and has {len(keys)} keys")
        root.roles[role].threshold = threshold
    repository.write(Path(args.out), Metadata(root).to_bytes(COMPACT))


def cmd_targets(args):
    """Step 1 for the top-level targets: delegates `packs/*/*` to the packs keys, unsigned."""
    repository = Repository(args.repo, args.keys)
    version = 1
    if list(repository.metadata.glob("*.targets.json")):
        version = repository.newest("targets").signed.version + 1
    keys = [public_key(key) for key in args.packs_key]
    role = DelegatedRole(PACKS, [key.keyid for key in keys], args.packs_threshold, True, ["packs/*/*"])
    delegations = Delegations({key.keyid: key for key in keys}, {PACKS: role})
    targets = Targets(version=version, expires=expiry("targets"), delegations=delegations)
    repository.write(Path(args.out), Metadata(targets).to_bytes(COMPACT))


def cmd_sign(args):
    """Step 2, on each holder's machine: adds one signature to a file that was carried there."""
    metadata = Metadata.from_file(args.file)
    metadata.sign(signer(args.key, public_key(args.public)), append=True)
    Repository(".").write(Path(args.file), metadata.to_bytes(COMPACT))
    print(f"{args.file}: {len(metadata.signatures)} signatures, sha256 of what they are over {sha256(metadata.signed_bytes).hexdigest()}")


def cmd_accept(args):
    """Step 3: takes signed root or targets into the repository, if enough keys signed; runs snapshot and timestamp."""
    repository = Repository(args.repo, args.keys)
    metadata = Metadata.from_file(args.file)
    role = metadata.signed.type
    if role == "root":
        if metadata.signed.version > 1:
            repository.newest("root").signed.verify_delegate("root", metadata.signed_bytes, metadata.signatures)
        metadata.signed.verify_delegate("root", metadata.signed_bytes, metadata.signatures)
    else:
        repository.newest("root").signed.verify_delegate("targets", metadata.signed_bytes, metadata.signatures)
    repository.write(repository.path(metadata), Path(args.file).read_bytes())
    if role == "targets" and (repository.metadata / "timestamp.json").exists():
        repository.finish({"targets": metadata.signed.version})


def cmd_init(args):
    """Writes the first packs, snapshot and timestamp, when root and targets are accepted."""
    repository = Repository(args.repo, args.keys)
    if (repository.metadata / "timestamp.json").exists():
        sys.exit("error: the repository is there already")
    targets = repository.newest("targets").signed.version
    repository.publish(PACKS, Metadata(Targets(version=1, expires=expiry(PACKS))), bump=False)
    meta = {"targets.json": MetaFile(targets), "packs.json": MetaFile(1)}
    data = repository.publish("snapshot", Metadata(Snapshot(version=1, expires=expiry("snapshot"), meta=meta)), bump=False)
    meta = MetaFile(1, len(data), {"sha256": sha256(data).hexdigest()})
    repository.publish("timestamp", Metadata(Timestamp(version=1, expires=expiry("timestamp"), snapshot_meta=meta)), bump=False)


def made(scampack, new, old, folder):
    """A full pack or a delta with its description, by scampack."""
    out = Path(folder) / "out"
    command = [scampack, "--format", "json", "delta", str(new), "--out", str(out)]
    if old:
        command += ["--from", str(old)]
    return out, json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def cmd_add(args):
    """Adds a pack and deltas from the packs named by --from, at --permille of the phones."""
    repository = Repository(args.repo, args.keys)
    packs = repository.newest(PACKS)
    targets = packs.signed.targets
    with tempfile.TemporaryDirectory() as folder:
        file, about = made(args.scampack, args.pack, None, folder)
        name, serial = about["pack"], about["serial"]
        taken = [t.custom["scamfilter"] for t in targets.values() if "serial" in t.custom["scamfilter"]]
        if any(t["pack"] == name and t["serial"] >= serial for t in taken):
            sys.exit(f"error: {name} has serial {serial} or a higher one already: raise `serial` in its pack.toml")
        path = f"packs/{name}/{serial}.full"
        target = repository.store_target(path, file)
        about["rollout"] = {"permille": args.permille, "salt": secrets.token_hex(8)}
        target.unrecognized_fields["custom"] = {"scamfilter": about}
        targets[path] = target
        for old in args.old or []:
            file, about = made(args.scampack, args.pack, old, folder)
            path = f"packs/{name}/{serial}.{about['from'][:16]}.delta"
            target = repository.store_target(path, file)
            target.unrecognized_fields["custom"] = {"scamfilter": about}
            targets[path] = target
    # Deltas to releases before the last are of no use; fulls stay while a rollout may be taken back.
    for path in [p for p, t in targets.items() if "from" in t.custom["scamfilter"]]:
        if path.startswith(f"packs/{name}/") and not path.startswith(f"packs/{name}/{serial}."):
            del targets[path]
    repository.publish(PACKS, packs)
    repository.finish({PACKS: packs.signed.version})


def changed(args, change):
    repository = Repository(args.repo, args.keys)
    packs = repository.newest(PACKS)
    target = packs.signed.targets.get(f"packs/{args.name}/{args.serial}.full")
    if target is None:
        sys.exit(f"error: no release {args.serial} of {args.name}")
    custom = copy.deepcopy(target.custom)
    change(custom["scamfilter"])
    target.unrecognized_fields["custom"] = custom
    repository.publish(PACKS, packs)
    repository.finish({PACKS: packs.signed.version})


def cmd_rollout(args):
    """Sets the share of phones that get a release: 10 is 1 %, 1000 all, 0 stops it."""
    changed(args, lambda custom: custom["rollout"].update(permille=args.permille))


def cmd_withdraw(args):
    """Withdraws a release: phones that have it go back to the one before."""
    changed(args, lambda custom: custom.update(withdrawn=True))


def cmd_refresh(args):
    """Signs packs, snapshot and timestamp anew, daily, so that they do not expire."""
    repository = Repository(args.repo, args.keys)
    packs = repository.newest(PACKS)
    repository.publish(PACKS, packs)
    repository.finish({PACKS: packs.signed.version})


def cmd_verify(args):
    """Checks the whole repository from its first root as a client does, and says what expires when."""
    repository = Repository(args.repo, args.keys)
    root = Metadata.from_file(str(repository.metadata / "1.root.json")).signed
    for version in range(2, repository.newest("root").signed.version + 1):
        new = Metadata.from_file(str(repository.metadata / f"{version}.root.json"))
        root.verify_delegate("root", new.signed_bytes, new.signatures)
        new.signed.verify_delegate("root", new.signed_bytes, new.signatures)
        root = new.signed
    timestamp, snapshot = repository.newest("timestamp"), repository.newest("snapshot")
    targets, packs = repository.newest("targets"), repository.newest(PACKS)
    for metadata in (timestamp, snapshot, targets):
        root.verify_delegate(metadata.signed.type, metadata.signed_bytes, metadata.signatures)
    targets.signed.verify_delegate(PACKS, packs.signed_bytes, packs.signatures)
    timestamp.signed.snapshot_meta.verify_length_and_hashes((repository.path(snapshot)).read_bytes())
    assert timestamp.signed.snapshot_meta.version == snapshot.signed.version, "timestamp and snapshot"
    assert snapshot.signed.meta["packs.json"].version == packs.signed.version, "snapshot and packs"
    for path, target in packs.signed.targets.items():
        folder, _, name = path.rpartition("/")
        target.verify_length_and_hashes((repository.targets / folder / f"{target.hashes['sha256']}.{name}").read_bytes())
    good = True
    for role, metadata in (("root", Metadata(root)), ("targets", targets), (PACKS, packs), ("snapshot", snapshot), ("timestamp", timestamp)):
        left = metadata.signed.expires - datetime.now(timezone.utc)
        good &= left > timedelta(0)
        print(f"{role:9} version {metadata.signed.version}, expires in {left.days} days")
    print(f"{len(packs.signed.targets)} targets match")
    sys.exit(0 if good else 1)


def main():
    parser = argparse.ArgumentParser(description="Publish packs as a TUF repository.")
    parser.add_argument("--keys", default="keys.json", help="which keys sign packs, snapshot and timestamp (default keys.json)")
    commands = parser.add_subparsers(required=True)

    def command(name, run):
        added = commands.add_parser(name, help=run.__doc__.splitlines()[0])
        added.set_defaults(run=run)
        return added

    command("key", cmd_key).add_argument("name")
    root = command("root", cmd_root)
    root.add_argument("repo")
    for role in ("root", "targets", "snapshot", "timestamp"):
        root.add_argument(f"--{role}-key", action="append", required=True, metavar="PUBLIC.pub")
    root.add_argument("--root-threshold", type=int, default=2)
    root.add_argument("--targets-threshold", type=int, default=2)
    root.add_argument("--out", required=True)
    targets = command("targets", cmd_targets)
    targets.add_argument("repo")
    targets.add_argument("--packs-key", action="append", required=True, metavar="PUBLIC.pub")
    targets.add_argument("--packs-threshold", type=int, default=1)
    targets.add_argument("--out", required=True)
    sign = command("sign", cmd_sign)
    sign.add_argument("file")
    sign.add_argument("--key", required=True, help="URI of the private key, such as file:anna.pem")
    sign.add_argument("--public", required=True, metavar="PUBLIC.pub")
    accept = command("accept", cmd_accept)
    accept.add_argument("repo")
    accept.add_argument("file")
    command("init", cmd_init).add_argument("repo")
    add = command("add", cmd_add)
    add.add_argument("repo")
    add.add_argument("pack", help="pack built by scampack")
    add.add_argument("--from", dest="old", action="append", metavar="OLD", help="pack that phones may have")
    add.add_argument("--permille", type=int, default=1000)
    add.add_argument("--scampack", default="scampack")
    rollout = command("rollout", cmd_rollout)
    withdraw = command("withdraw", cmd_withdraw)
    for each in (rollout, withdraw):
        each.add_argument("repo")
        each.add_argument("name")
        each.add_argument("serial", type=int)
    rollout.add_argument("permille", type=int)
    command("refresh", cmd_refresh).add_argument("repo")
    command("verify", cmd_verify).add_argument("repo")
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
