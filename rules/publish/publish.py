#!/usr/bin/env python3
"""Publishes packs as a TUF repository. In: packs and deltas made by scampack, keys. Out: files for any static host.

All that touches metadata and keys is python-tuf and securesystemslib; here stands which roles there are, and what is in the
`custom` field of a target. Bad input ends with one line, status 1 (2 for the command line), and nothing written.
"""

import argparse
import copy
import json
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tuf.api.metadata import TargetFile, Targets

from client import cmd_verify
from documents import PACKS, cmd_root, cmd_show, cmd_sign, cmd_targets
from keys import MAKERS, Problem, cmd_import, cmd_key
from repository import Repository, cmd_accept


def published(args) -> Repository:
    repository = Repository(args)
    if repository.timestamp is None:
        raise Problem(f"{args.repo} is no published repository: name its folder, or run `accept` and `init` first")
    return repository


def opened(args) -> tuple[Repository, Targets]:
    """A published repository, and a copy of its packs to change."""
    repository = published(args)
    if repository.packs is None:
        raise Problem(f"{args.repo} has no role `{PACKS}`: it is published by another tool, change it with that")
    return repository, copy.deepcopy(repository.packs.signed)


def about(target: TargetFile) -> dict:
    return (target.custom or {}).get("scamfilter", {})


def cmd_init(args) -> None:
    """Writes the first packs, snapshot and timestamp, when root and targets are accepted."""
    repository = Repository(args)
    if repository.timestamp:
        raise Problem(f"{args.repo} is published already")
    if repository.targets is None:
        raise Problem(f"{args.repo}: root and targets are not accepted yet: hold the ceremony first")
    repository.publish()


def made(scampack: str, new: str, old: str | None) -> tuple[bytes, dict]:
    """A full pack or a delta with its description, by scampack."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        command = [scampack, "--format", "json", "delta", new, "--out", str(out)] + (["--from", old] if old else [])
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise Problem(f"scampack refuses {new}: {json.loads(done.stderr)['error']}")
        return out.read_bytes(), json.loads(done.stdout)


def cmd_add(args) -> None:
    """Adds a pack at --permille of the phones, with deltas from the packs named by --from."""
    repository, packs = opened(args)
    files = {}

    def place(path: str, data: bytes, custom: dict) -> None:
        target = TargetFile.from_data(path, data, ["sha256"])
        target.unrecognized_fields["custom"] = {"scamfilter": custom}
        packs.targets[path] = target
        folder, _, name = path.rpartition("/")
        files[f"{folder}/{target.hashes['sha256']}.{name}"] = data

    data, custom = made(args.scampack, args.pack, None)
    pack, serial = custom["pack"], custom["serial"]
    if any(about(t).get("pack") == pack and about(t).get("serial", -1) >= serial for t in packs.targets.values()):
        raise Problem(f"{pack} has serial {serial} or a higher one already: raise `serial` in its pack.toml")
    # Deltas to releases before the last are of no use; fulls stay while a rollout may be taken back.
    for path in [p for p, t in packs.targets.items() if about(t).get("pack") == pack and "from" in about(t)]:
        del packs.targets[path]
    place(f"packs/{pack}/{serial}.full", data, custom | {"rollout": {"permille": args.permille, "salt": secrets.token_hex(8)}})
    for old in args.old or []:
        data, custom = made(args.scampack, args.pack, old)
        place(f"packs/{pack}/{serial}.{custom['from'][:16]}.delta", data, custom)
    repository.publish(packs=packs, files=files)


def changed(args, change: Callable[[dict], None]) -> None:
    repository, packs = opened(args)
    target = packs.targets.get(f"packs/{args.name}/{args.serial}.full")
    if target is None:
        releases = [about(t) for t in packs.targets.values() if "serial" in about(t)]
        serials = ", ".join(sorted(str(each["serial"]) for each in releases if each["pack"] == args.name))
        raise Problem(f"no release {args.serial} of {args.name}: there are {serials or 'none'}")
    if about(target).get("withdrawn"):
        raise Problem(f"release {args.serial} of {args.name} is withdrawn for good: publish a mended one under a higher serial")
    change(about(target))
    repository.publish(packs=packs)


def cmd_rollout(args) -> None:
    """Sets the share of phones that get a release: 10 is 1 %, 1000 all, 0 stops it."""
    changed(args, lambda custom: custom["rollout"].update(permille=args.permille))


def cmd_withdraw(args) -> None:
    """Withdraws a release for good: phones that have it go back to the one before."""
    changed(args, lambda custom: custom.update(withdrawn=True))


def cmd_refresh(args) -> None:
    """Signs the timestamp anew, and what is past half of its life or signed by old keys. Run it daily."""
    published(args).publish()


def within(low: int, high: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"{text} is not a number from {low} to {high}")
        return int(text)
    return number


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(description="Publish packs as a TUF repository. The runbook is docs/runbook.md.")
    private = argparse.ArgumentParser(add_help=False)
    private.add_argument("--passphrase-env", metavar="NAME", help="variable with the passphrase or PIN; else it is asked for")
    online = argparse.ArgumentParser(add_help=False, parents=[private])
    online.add_argument("repo", help="folder of the repository")
    online.add_argument("--keys", default="keys.json", help="which keys sign packs, snapshot and timestamp (default keys.json)")
    commands = whole.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=run.__doc__.replace("%", "%%"), description=run.__doc__, parents=parents)
        added.set_defaults(run=run)
        return added

    key = command("key", cmd_key, private)
    key.add_argument("name", help="who holds it; the name stands in public metadata")
    key.add_argument("--type", choices=MAKERS, default="ed25519")
    key.add_argument("--plain", action="store_true", help="without a passphrase: for a machine that nobody else can read")
    imported = command("import", cmd_import)
    imported.add_argument("scheme", help="hsm, awskms, gcpkms, azurekms or hv")
    imported.add_argument("name", help="who holds it; the name stands in public metadata")
    imported.add_argument("where", nargs="*", help="what securesystemslib asks for: name in the service, slot of the device")
    root = command("root", cmd_root)
    for role in ("root", "targets", "snapshot", "timestamp"):
        root.add_argument(f"--{role}-key", action="append", metavar="NAME.pub", help="once for each key")
    root.add_argument("--root-threshold", type=within(1, 99), help="how many must sign (first 2)")
    root.add_argument("--targets-threshold", type=within(1, 99), help="how many must sign (first 2)")
    targets = command("targets", cmd_targets)
    targets.add_argument("--packs-key", action="append", metavar="NAME.pub", help="once for each key")
    targets.add_argument("--packs-threshold", type=within(1, 99), help="how many must sign (first 1)")
    for each in (root, targets):
        each.add_argument("--after", metavar="FILE", help="the accepted document that this one replaces")
        each.add_argument("--out", required=True, metavar="FILE")
    sign, show = command("sign", cmd_sign, private), command("show", cmd_show)
    sign.add_argument("--key", required=True, metavar="URI", help="private key, such as file:anna.pem")
    sign.add_argument("--public", required=True, metavar="NAME.pub", help="its public half")
    for each in (sign, show):
        each.add_argument("file", help="root or targets")
        each.add_argument("--root", metavar="FILE", help="for targets the root, for a later root the one before it")
    command("accept", cmd_accept, online).add_argument("file", nargs="+", help="root, targets, copies signed apart")
    command("init", cmd_init, online)
    add = command("add", cmd_add, online)
    add.add_argument("pack", help="pack built by scampack")
    add.add_argument("--from", dest="old", action="append", metavar="OLD", help="pack that phones may have; once for each")
    add.add_argument("--permille", type=within(0, 1000), default=1000, help="share of the phones (default 1000)")
    add.add_argument("--scampack", default="scampack", help="the program (default scampack)")
    rollout, withdraw = command("rollout", cmd_rollout, online), command("withdraw", cmd_withdraw, online)
    for each in (rollout, withdraw):
        each.add_argument("name", help="id of the pack")
        each.add_argument("serial", type=int)
    rollout.add_argument("permille", type=within(0, 1000))
    command("refresh", cmd_refresh, online)
    verify = command("verify", cmd_verify)
    verify.add_argument("source", help="folder, or address such as https://packs.example.org")
    verify.add_argument("--root", metavar="FILE", help="the root that apps carry (default: the first that the source has)")
    verify.add_argument("--warn-days", type=int, metavar="N", help="status 1 if something expires within N days")
    return whole


def main() -> int:
    args = parser().parse_args()
    try:
        return args.run(args) or 0
    except Problem as problem:
        print(f"error: {problem}", file=sys.stderr)
    except OSError as error:
        print(f"error: {error.filename or 'output'}: {error.strerror}: name it right, or give access to it", file=sys.stderr)
    except KeyboardInterrupt:
        print("error: stopped", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
