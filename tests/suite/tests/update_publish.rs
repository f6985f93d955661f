//! End to end: the publishing tool, a static HTTP server on loopback, and the reference client, with two versions and a delta.
//!
//! The commands are those of the README's operator section (`rules/publish/docs/demo.sh`). Without the Python packages it says so and
//! ends; `cargo xtask test` makes their environment where the
//! package index can be reached.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

use scamfilter::update::PackState;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn python() -> Option<PathBuf> {
    let places = [PathBuf::from(ROOT).join("target/tuf-env/bin/python"), PathBuf::from("python3")];
    places.into_iter().find(|python| {
        Command::new(python)
            .args(["-c", "import tuf, securesystemslib, cryptography"])
            .output()
            .is_ok_and(|o| o.status.success())
    })
}

/// Serves the files below `folder`; the address.
fn serve(folder: PathBuf) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let (mut request, mut byte) = (Vec::new(), [0]);
            while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
                request.push(byte[0]);
            }
            let request = String::from_utf8_lossy(&request).into_owned();
            let path = request.split(' ').nth(1).unwrap_or("/").trim_start_matches('/').to_owned();
            let body = std::fs::read(folder.join(path));
            let status = if body.is_ok() { "200 OK" } else { "404 Not Found" };
            let body = body.unwrap_or_default();
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(&body);
        }
    });
    address
}

fn update(folder: &Path, address: &str) -> Command {
    let mut update = Command::new(Path::new(ROOT).join("target/debug/scampack"));
    update.args(["update", "--repo", address, "--store", "store", "--root", "root.json", "--country", "TH"]);
    update.current_dir(folder);
    update
}

/// SIGKILL at every stage of an update into an empty store: what the store says it has is whole, or it says nothing.
fn killed_again_and_again(folder: &Path, address: &str) {
    let store = folder.join("store");
    let begun = Instant::now();
    let whole = |must: bool| {
        let state = std::fs::read(store.join("packs/acme/STATE")).ok();
        let state = state.map(|bytes| PackState::read(&bytes).expect("STATE is whole"));
        assert!(state.is_some() || !must);
        for image in state.iter().flat_map(PackState::images) {
            let name = image.sha256.iter().map(|b| format!("{b:02x}")).collect::<String>();
            let bytes = std::fs::read(store.join(format!("packs/acme/{name}.img"))).expect("the image is there");
            scamfilter::Pack::open(Arc::new(bytes)).and_then(|pack| pack.verify()).expect("the image is whole");
        }
    };
    std::fs::remove_dir_all(&store).unwrap();
    assert!(update(folder, address).output().unwrap().status.success());
    whole(true);
    let long = begun.elapsed();
    let kills = std::env::var("SCAMFILTER_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(40u32);
    for kill in 0..kills {
        if kill.is_multiple_of(4) {
            std::fs::remove_dir_all(&store).unwrap();
        }
        let mut child = update(folder, address).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(long * kill / kills);
        let _ = child.kill();
        child.wait().unwrap();
        std::fs::create_dir_all(&store).unwrap();
        whole(false);
    }
    assert!(update(folder, address).output().unwrap().status.success());
    whole(true);
}

/// Bad input: one line that says what to do, and no byte of the metadata is another.
fn mistakes_change_nothing(folder: &Path, publish: &dyn Fn(&[&str]) -> Command) {
    let metadata = folder.join("repo/metadata");
    let state = || {
        let files = std::fs::read_dir(&metadata).unwrap().map(|file| file.unwrap().path());
        files.map(|path| (std::fs::read(&path).unwrap(), path)).collect::<std::collections::BTreeSet<_>>()
    };
    let before = state();
    let anna =
        ["sign", "root2.json", "--root", "root.json", "--public", "anna.pub", "--passphrase-env", "WRONG", "--key"];
    for (args, line) in [
        (["rollout", "repo", "acme", "7", "1000"].as_slice(), "no release 7 of acme"),
        (&["rollout", "repo", "acme", "2026112502", "1000"], "withdrawn for good"),
        (&["refresh", "repo", "--keys", "none.json"], "the operator adds these keys"),
        (&["accept", "repo", "root.json"], "the repository is at 2"),
        (&["add", "repo", "v2/acme.scampack", "--scampack", "no-scampack"], "no-scampack: No such file"),
        (&["key", "anna", "--plain"], "keys are never overwritten"),
        (&[&anna[..], &["file:anna.pem"]].concat(), "wrong passphrase"),
        (&[&anna[..], &["file:none.pem"]].concat(), "its holder brings the key"),
        (&[&anna[..], &["usb:anna"]].concat(), "no such kind of key"),
    ] {
        let output = publish(args).env("WRONG", "not it").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
        assert!(said.starts_with("error: ") && said.lines().count() == 1 && said.contains(line), "{args:?}: {said}");
        assert!(before == state(), "{args:?} changed the repository");
    }
    let soon = publish(&["verify", "repo", "--warn-days", "8"]).output().unwrap();
    assert_eq!(soon.status.code(), Some(1), "{}", String::from_utf8_lossy(&soon.stdout));
}

/// SIGKILL at every stage of a publishing run: what lies there is read by the client.
fn publishing_killed(folder: &Path, address: &str, publish: &dyn Fn(&[&str]) -> Command) {
    let rollout = || publish(&["rollout", "repo", "acme", "2026112501", "1000"]);
    let begun = Instant::now();
    assert!(rollout().status().unwrap().success());
    let long = begun.elapsed();
    for kill in 0..12 {
        let mut child = rollout().stderr(Stdio::null()).spawn().unwrap();
        // Metadata are written at the end of a run.
        std::thread::sleep(long * (24 + kill) / 36);
        let _ = child.kill();
        child.wait().unwrap();
        assert!(update(folder, address).output().unwrap().status.success(), "kill {kill}");
    }
    assert!(rollout().status().unwrap().success());
}

#[test]
fn the_operators_demo_runs() {
    let Some(python) = python() else {
        println!("SKIPPED: no Python with tuf 7.0.0 and securesystemslib; see rules/publish/requirements.txt");
        return;
    };
    let folder = std::env::temp_dir().join(format!("scamfilter-publish-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let address = serve(folder.join("repo"));
    let demo = Path::new(ROOT).join("rules/publish/docs/demo.sh");
    let built = Command::new(env!("CARGO")).args(["build", "-q", "-p", "scampack"]).current_dir(ROOT).status().unwrap();
    assert!(built.success());
    let mut run = Command::new("sh");
    run.arg(demo).current_dir(&folder).env("REPO_URL", &address).env("SOURCES", Path::new(ROOT).join("rules"));
    run.env("PYTHON", &python).env("SCAMPACK", Path::new(ROOT).join("target/debug/scampack"));
    let output = run.output().unwrap();
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{errors}");
    for line in [
        "acme: installed, serial 2026112501",
        "acme: installed by delta, serial 2026112502",
        "acme: up to date, serial 2026112502",
        "acme: withdrawn, went back, serial 2026112501",
    ] {
        assert!(said.contains(line), "`{line}` is missing in:\n{said}\n{errors}");
    }
    // A phone that asked just now waits for a day; one that never did, for an hour at most.
    let output = update(&folder, &address).args(["--if-due", "--metered"]).output().unwrap();
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("not due for"), "{output:?}");
    killed_again_and_again(&folder, &address);
    let publish = |args: &[&str]| {
        let mut publish = Command::new(&python);
        publish.arg(Path::new(ROOT).join("rules/publish/publish.py")).args(args).current_dir(&folder);
        publish
    };
    mistakes_change_nothing(&folder, &publish);
    publishing_killed(&folder, &address, &publish);
    // A changed byte on the mirror is refused; the store keeps its pack.
    let timestamp = folder.join("repo/metadata/timestamp.json");
    let mut bytes = std::fs::read(&timestamp).unwrap();
    let at = bytes.windows(9).position(|w| w == b"\"version\"").unwrap() + 10;
    bytes[at] = b'9';
    std::fs::write(&timestamp, bytes).unwrap();
    let output = update(&folder, &address).output().unwrap();
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("timestamp: not signed"));
    let state = std::fs::read_to_string(folder.join("store/packs/acme/STATE")).unwrap();
    assert!(state.contains("2026112501"), "{state}");
    std::fs::remove_dir_all(&folder).unwrap();
}
