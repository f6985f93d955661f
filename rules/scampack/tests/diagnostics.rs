//! A golden pair a diagnostic. In: `diagnostics/CODE-name/in`, laid over the sources of the golden pack. Out: what is said.
//!
//! `UPDATE=1 cargo test -p scampack --test diagnostics` writes what is said now: read the difference before you keep it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use scampack::load::{Tree, folder};
use scampack::lower::{compile, concepts};
use scampack::{Code, Diagnostic, examples, words};
use std::collections::BTreeSet;
use std::path::Path;

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/diagnostics");
const BASE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/source");

fn said(overlay: &Path) -> Vec<Diagnostic> {
    let mut tree: Tree = folder(Path::new(BASE)).unwrap();
    match folder(overlay) {
        Ok(files) => tree.extend(files),
        Err(problems) => return problems,
    }
    let known = match concepts(&tree) {
        Ok(known) => known,
        Err(problems) => return problems,
    };
    match compile(&tree, &known) {
        Ok(compiled) => {
            let source = scamfilter::PackSource::new(compiled.image.clone());
            let filter = scamfilter::ScamFilter::open(vec![source]).unwrap();
            let outcome = examples::run(&tree, &compiled, &filter);
            // The golden pack's own words stand inside of others; only the pair about that wants to hear it.
            let about_words = overlay.parent().unwrap().ends_with("SP022-inside-words");
            let inside = if about_words { words::lint(&tree, &compiled, &compiled.image).unwrap() } else { Vec::new() };
            [compiled.warnings, inside, outcome.failed, outcome.uncovered].concat()
        }
        Err(problems) => problems,
    }
}

#[test]
fn every_code_says_what_its_golden_file_holds() {
    let mut covered = BTreeSet::new();
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(HERE).unwrap() {
        let dir = entry.unwrap().path();
        let name = dir.file_name().unwrap().to_string_lossy().into_owned();
        let found = said(&dir.join("in"));
        let code = name.split('-').next().unwrap();
        assert!(found.iter().any(|d| d.code.name() == code), "{name} does not say {code}: {found:#?}");
        covered.insert(code.to_owned());
        let text = found.iter().map(|d| format!("{d}\n")).collect::<Vec<_>>().join("\n");
        let golden = dir.join("out.txt");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&golden, &text).unwrap();
        }
        if std::fs::read_to_string(&golden).unwrap_or_default() != text {
            wrong.push(format!("{name}:\n{text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Too large a file and symbolic links are made by the test below, not kept in the repository; unknown files are told
    // by the command line (tests/cli.rs).
    let made = ["SP019", "SP020", "SP024"];
    let missing: Vec<_> =
        Code::ALL.iter().map(|c| c.name()).filter(|c| !covered.contains(*c) && !made.contains(c)).collect();
    assert!(missing.is_empty(), "no golden pair for {missing:?}");
}

#[test]
fn links_and_giant_files_are_refused_without_being_read() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("giant");
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    let giant = std::fs::File::create(dir.join("pack.toml")).unwrap();
    giant.set_len(100 << 20).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/hostname", dir.join("texts.toml")).unwrap();
    let codes: Vec<&str> = folder(&dir).unwrap_err().iter().map(|d| d.code.name()).collect();
    assert!(codes.contains(&"SP019") && (cfg!(not(unix)) || codes.contains(&"SP020")), "{codes:?}");
}

#[test]
fn byte_order_marks_and_carriage_returns_change_nothing() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("windows");
    std::fs::create_dir_all(&dir).unwrap();
    let text = std::fs::read_to_string(Path::new(BASE).join("texts.toml")).unwrap();
    std::fs::write(dir.join("texts.toml"), format!("\u{feff}{}", text.replace('\n', "\r\n"))).unwrap();
    assert_eq!(folder(&dir).unwrap().get("texts.toml"), Some(&text));
}

/// The golden pack with `count` rules more, of which `when` says what each is made of.
fn with_rules(count: usize, when: impl Fn(usize) -> String) -> (Result<(), Vec<Diagnostic>>, std::time::Duration) {
    let more = |n| format!("[[rule]]\nid = \"stuck.r{n}\"\nwhen = \"{}\"\nweight = 1.0\ntext = \"stuck\"\n\n", when(n));
    let more = (0..count).map(more).collect::<String>();
    let start = std::time::Instant::now();
    let (_, done) = changed(|tree| {
        let family = tree.get_mut("families/stuck.toml").unwrap();
        *family = family.replace("[examples]", &format!("{more}[examples]"));
    });
    (done.map(|_| ()), start.elapsed())
}

#[test]
fn long_chains_and_rules_named_often_stay_cheap() {
    let (chain, _) = with_rules(8_000, |n| format!("parcel and not stuck.r{}", (n + 1) % 8_001));
    // Only the last names what does not exist, and one is told to be too deep: the others wait for those.
    let chain = chain.unwrap_err();
    assert_eq!(chain.first().map(|d| d.code.name()), Some("SP003"), "{:?}", chain.first());
    let (deep, _) = with_rules(8_000, |n| if n == 7_999 { "parcel".to_owned() } else { format!("stuck.r{}", n + 1) });
    let codes: Vec<_> = deep.unwrap_err().iter().map(|d| d.code.name()).collect();
    assert_eq!(codes, ["SP004"]);
    // Read inside of each other, twenty of these would be a million.
    let twice = |n: usize| if n == 0 { "parcel".to_owned() } else { format!("stuck.r{0} or stuck.r{0}", n - 1) };
    assert!(with_rules(20, twice).1.as_secs() < 10);
}

/// The golden pack, changed.
fn changed(change: impl Fn(&mut Tree)) -> (Tree, Result<scampack::lower::Compiled, Vec<Diagnostic>>) {
    let mut tree: Tree = folder(Path::new(BASE)).unwrap();
    change(&mut tree);
    let known = concepts(&tree).unwrap();
    let done = compile(&tree, &known);
    (tree, done)
}

#[test]
fn a_pack_without_sentences_is_told_once() {
    let (_, done) = changed(|tree| _ = tree.remove("texts.toml"));
    let found = done.err().unwrap();
    let [one] = found.as_slice() else { panic!("{found:#?}") };
    assert!(one.file == "texts.toml" && one.code == Code::Missing, "{one}");
    assert!(one.help.as_ref().is_some_and(|help| help.contains("key = \"stuck\"")), "{one}");
}

#[test]
fn examples_of_a_retired_family_are_not_run() {
    let (tree, done) = changed(|tree| {
        let family = tree.get_mut("families/stuck.toml").unwrap();
        *family = family.replace("\"stable\"", "\"retired\"");
    });
    let compiled = done.ok().unwrap();
    let source = scamfilter::PackSource::new(compiled.image.clone());
    let outcome = examples::run(&tree, &compiled, &scamfilter::ScamFilter::open(vec![source]).unwrap());
    assert_eq!((outcome.ran, outcome.failed.len(), outcome.uncovered.len()), (0, 0, 0));
}
