# From rule sources to a phone-side store with two versions and a delta, on one machine. A test runs it as it stands.
# Needs: pip install -r rules/publish/requirements.txt; SOURCES is the folder `rules` of this repository.
set -eu
publish() { "$PYTHON" "$SOURCES/publish/publish.py" "$@"; }
scampack() { "$SCAMPACK" "$@"; }

# Keys: three people hold root and targets; packs, snapshot and timestamp sign without a person.
for name in anna boon chai packs snapshot timestamp; do publish key $name; done
cat > keys.json <<EOF
{ "packs": [["file:packs.pem", "packs.pub"]], "snapshot": [["file:snapshot.pem", "snapshot.pub"]],
  "timestamp": [["file:timestamp.pem", "timestamp.pub"]] }
EOF

# Ceremony: one makes the file, two of three sign it, each on a machine of their own, one takes it in.
holders="--root-key anna.pub --root-key boon.pub --root-key chai.pub --targets-key anna.pub --targets-key boon.pub --targets-key chai.pub"
publish root repo $holders --snapshot-key snapshot.pub --timestamp-key timestamp.pub --out root.json
for name in anna chai; do publish sign root.json --key file:$name.pem --public $name.pub; done
publish accept repo root.json
publish targets repo --packs-key packs.pub --out targets.json
for name in boon chai; do publish sign targets.json --key file:$name.pem --public $name.pub; done
publish accept repo targets.json
publish init repo

# The first release, and a phone.
cp -r "$SOURCES/scampack/docs/example/acme" acme
scampack build acme --out v1
publish add repo v1/acme.scampack --scampack "$SCAMPACK"
scampack update --repo "$REPO_URL" --store store --root root.json --country TH

# The second, for all phones at once, with a delta from the first.
sed -i.bak 's/^serial = .*/serial = 2026112502/' acme/pack.toml
sed -i.bak 's/weight = 4.6/weight = 4.7/' acme/families/refund.toml && rm acme/*.bak acme/families/*.bak
scampack build acme --out v2
publish add repo v2/acme.scampack --from v1/acme.scampack --permille 0 --scampack "$SCAMPACK"
scampack update --repo "$REPO_URL" --store store --root root.json --country TH
publish rollout repo acme 2026112502 1000
scampack update --repo "$REPO_URL" --store store --root root.json --country TH
scampack update --repo "$REPO_URL" --store store --root root.json --country TH

# Recall: phones go back to the release before.
publish withdraw repo acme 2026112502
scampack update --repo "$REPO_URL" --store store --root root.json --country TH
publish refresh repo
publish verify repo
