"""Keys and files. In: URIs of private keys, PEM files of public ones, passphrases. Out: signers, and files that appear whole.

A private key is a URI of securesystemslib (`hsm:`, `awskms:`, `gcpkms:`, `azurekms:`, `hv:`, ...) or `file:NAME.pem`, PKCS#8 with
or without a passphrase. A passphrase or PIN is asked for, or comes from an environment variable that the operator names.
"""

import getpass
import os
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, PublicFormat, load_pem_private_key, load_pem_public_key)
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import SIGNER_FOR_URI_SCHEME, CryptoSigner, Key, SecretsHandler, Signer, SSlibKey
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata

MAKERS: dict[str, Callable] = {
    "ed25519": ed25519.Ed25519PrivateKey.generate, "ecdsa-p256": lambda: ec.generate_private_key(ec.SECP256R1())}
# What phones verify; a key of another kind would count for nothing there.
ACCEPTED = {("ed25519", "ed25519"), ("ecdsa", "ecdsa-sha2-nistp256")}
# The conventions of tuf-on-ci for who holds a key, and where an online key is.
OWNER, ONLINE = "x-tuf-on-ci-keyowner", "x-tuf-on-ci-online-uri"
TEMPORARY = ".new-"


class Problem(Exception):
    """What is wrong and who must act, in one line."""


def write(path: Path, data: bytes, mode: int = 0o644) -> None:
    """The file appears whole or not at all, and stays after a loss of power."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def secret(what: str, variable: str | None) -> str:
    if variable:
        if not os.environ.get(variable):
            raise Problem(f"{what}: the variable {variable} is not set or empty: who holds the key sets it")
        return os.environ[variable]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(f"{what}: ")
    except (getpass.GetPassWarning, EOFError):
        raise Problem(f"{what}: nobody is here to be asked: name a variable with --passphrase-env") from None


class FileSigner(CryptoSigner):
    """Files with a passphrase, which CryptoSigner does not read."""

    SCHEME = "file"

    @classmethod
    def from_priv_key_uri(cls, priv_key_uri: str, public_key: Key, secrets_handler: SecretsHandler | None = None) -> CryptoSigner:
        data = Path(priv_key_uri.removeprefix("file:")).read_bytes()
        try:
            private = load_pem_private_key(data, None)
        except TypeError:
            passphrase = secrets_handler("passphrase").encode()
            try:
                private = load_pem_private_key(data, passphrase)
            except ValueError:
                raise Problem("wrong passphrase: its holder tries again; who has forgotten it has lost the key") from None
        except (ValueError, UnsupportedAlgorithm):
            raise Problem("no private key in PEM: its holder names the .pem file") from None
        return CryptoSigner(private, public_key)


SIGNER_FOR_URI_SCHEME[FileSigner.SCHEME] = FileSigner


def signer(uri: str, key: Key, variable: str | None) -> Signer:
    """What signs for `key`."""
    scheme = uri.partition(":")[0]
    if scheme not in SIGNER_FOR_URI_SCHEME:
        raise Problem(f"{uri}: no such kind of key; there are {', '.join(sorted(SIGNER_FOR_URI_SCHEME))}, as in file:anna.pem")
    try:
        return Signer.from_priv_key_uri(uri, key, lambda what: secret(f"{what} of {uri}", variable))
    except OSError as error:
        raise Problem(f"{uri}: {error.strerror or error}: its holder brings the key, or names it right") from None
    except Exception as error:  # Each kind of signer has errors of its own.
        raise Problem(f"{uri}: {error or type(error).__name__}") from None


def sign(metadata: Metadata, uri: str, key: Key, variable: str | None) -> None:
    """Adds a signature that verifies."""
    try:
        metadata.sign(signer(uri, key, variable), append=True)
        key.verify_signature(metadata.signatures[key.keyid], metadata.signed_bytes)
    except UnverifiedSignatureError:
        raise Problem(f"{uri} is not the private half of the public key beside it: name two that belong together") from None
    except RepositoryError as error:
        raise Problem(f"{uri}: cannot sign: {error.__cause__ or error}: its holder looks at the device or service") from None


def public_key(path: str) -> SSlibKey:
    try:
        key = SSlibKey.from_crypto(load_pem_public_key(Path(path).read_bytes()))
    except (ValueError, UnsupportedAlgorithm):
        raise Problem(f"{path}: no public key in PEM: ask its holder for the .pub file again") from None
    if (key.keytype, key.scheme) not in ACCEPTED:
        raise Problem(f"{path}: phones verify Ed25519 and ECDSA P-256 only: its holder makes another key")
    key.unrecognized_fields[OWNER] = Path(path).stem
    return key


def owner(key: Key) -> str:
    return key.unrecognized_fields.get(OWNER) or key.keyid[:8]


def pem(key) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def refuse_old(*paths: Path) -> None:
    for path in filter(Path.exists, paths):
        raise Problem(f"{path} is there already, and keys are never overwritten: take another name")


def cmd_key(args) -> None:
    """Makes a key: NAME.pem, which never leaves this machine, and NAME.pub. Asks for a passphrase unless --plain."""
    private, public = Path(f"{args.name}.pem").resolve(), Path(f"{args.name}.pub").resolve()
    refuse_old(private, public)
    how = NoEncryption()
    if not args.plain:
        passphrase = secret(f"new passphrase of {private.name}", args.passphrase_env)
        if not passphrase or (not args.passphrase_env and passphrase != secret("the same again", None)):
            raise Problem("the passphrase is empty, or the two are not the same: try again; nothing was written")
        how = BestAvailableEncryption(passphrase.encode())
    key = MAKERS[args.type]()
    write(public, pem(key.public_key()))
    write(private, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how), 0o600)


def cmd_import(args) -> None:
    """Writes NAME.pub for a key that is in a device or key service, and prints its URI."""
    public, source = Path(f"{args.name}.pub").resolve(), SIGNER_FOR_URI_SCHEME.get(args.scheme)
    refuse_old(public)
    if not hasattr(source, "import_"):
        raise Problem(f"{args.scheme}: no device or key service; there are hsm, awskms, gcpkms, azurekms, hv")
    try:
        uri, key = source.import_(*(int(word) if word.isdigit() else word for word in args.where))
    except Exception as error:  # As for signers.
        raise Problem(f"{args.scheme}: {error or type(error).__name__}: its holder looks at the device or service") from None
    if (key.keytype, key.scheme) not in ACCEPTED:
        raise Problem(f"{uri}: phones verify Ed25519 and ECDSA P-256 only: its holder makes another key there")
    text = key.keyval["public"]
    if key.keytype == "ed25519":
        write(public, pem(ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(text))))
    else:
        write(public, text.encode())
    print(uri)
