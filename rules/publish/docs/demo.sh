# From rule sources to a phone-side store with two versions and a delta, on one machine. A test runs it as it stands.
# Needs: pip install -r rules/publish/requirements.txt; SOURCES is the folder `rules` of this repository.
set -eu
publish() { "$PYTHON" "$SOURCES/publish/publish.py" "$@"; }
scampack() { "$SCAMPACK" "$@"; }
phone() { scampack update --repo "$REPO_URL" --store store --root root.json --country TH; }

# Keys: three people hold root and targets, each on a machine of their own; packs, snapshot and timestamp sign without a person.
export PASSPHRASE="the demo has one for all"
for name in anna chai dara; do publish key $name --passphrase-env PASSPHRASE; done
publish key boon --type ecdsa-p256 --passphrase-env PASSPHRASE
for name in packs snapshot timestamp; do publish key $name --plain; done
cat > keys.json <<END
{ "packs": [["file:packs.pem", "packs.pub"]], "snapshot": [["file:snapshot.pem", "snapshot.pub"]],
  "timestamp": [["file:timestamp.pem", "timestamp.pub"]] }
END
sign() { publish sign "$1" --key file:$2.pem --public $2.pub --passphrase-env PASSPHRASE $3; }

# Ceremony: one drafts, two of three sign, one after the other or copies apart, and the publishing machine accepts.
holders="--root-key anna.pub --root-key boon.pub --root-key chai.pub --targets-key anna.pub --targets-key boon.pub --targets-key chai.pub"
publish root $holders --snapshot-key snapshot.pub --timestamp-key timestamp.pub --out root.json
cp root.json root-of-chai.json
sign root.json anna ""
sign root-of-chai.json chai ""
publish accept repo root.json root-of-chai.json
cp repo/metadata/1.root.json root.json
publish targets --packs-key packs.pub --out targets.json
for name in boon chai; do sign targets.json $name "--root root.json"; done
publish accept repo targets.json
publish init repo

# The first release, and a phone.
cp -r "$SOURCES/scampack/docs/example/acme" acme
scampack build acme --out v1
publish add repo v1/acme.scampack --scampack "$SCAMPACK"
phone

# The second, for all phones at once, with a delta from the first.
sed -i.bak 's/^serial = .*/serial = 2026112502/' acme/pack.toml
sed -i.bak 's/weight = 4.6/weight = 4.7/' acme/families/refund.toml && rm acme/*.bak acme/families/*.bak
scampack build acme --out v2
publish add repo v2/acme.scampack --from v1/acme.scampack --permille 0 --scampack "$SCAMPACK"
phone
publish rollout repo acme 2026112502 1000
phone
phone

# Boon has lost the key and Dara comes in; the timestamp gets another key. The old timestamp key is there still and signs once more.
publish key timestamp2 --plain
sed -i.bak 's/"timestamp.pub"\]/&, ["file:timestamp2.pem", "timestamp2.pub"]/' keys.json
publish root --after root.json --root-key anna.pub --root-key chai.pub --root-key dara.pub \
  --targets-key anna.pub --targets-key boon.pub --targets-key chai.pub --timestamp-key timestamp2.pub --out root2.json
for name in anna chai; do sign root2.json $name "--root root.json"; done
publish accept repo root2.json
phone

# Recall: phones go back to the release before.
publish withdraw repo acme 2026112502
phone
publish refresh repo
publish verify repo --root root.json
