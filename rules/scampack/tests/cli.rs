//! What transcripts cannot hold: the starter packs changed, bytes compared, generated pages kept fresh, the README run.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn scampack(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_scampack"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A copy of the starter pack `th` with one file changed.
fn changed(name: &str, file: &str, change: impl Fn(&str) -> String) -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../packs/th");
    std::fs::create_dir_all(dir.join("families")).unwrap();
    for path in
        ["pack.toml", "brands.toml", "policies.toml", "texts.toml", "families/parcel.toml", "families/bank.toml"]
    {
        let content = std::fs::read_to_string(source.join(path)).unwrap();
        let content = if path == file { change(&content) } else { content };
        std::fs::write(dir.join(path), content).unwrap();
    }
    dir
}

#[test]
fn a_failing_example_says_what_the_verdict_was() {
    let dir = changed("example", "families/parcel.toml", |c| {
        c.replacen("พัสดุของท่านตกค้าง ยืนยันที่อยู่ที่ bit.ly/xyz", "พรุ่งนี้กินข้าวเย็นกันไหม", 1)
    });
    let output = scampack(&["test", dir.to_str().unwrap()], "");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said.contains("SP007") && said.contains("no rule of this family") && said.contains("level clear"),
        "{said}"
    );
}

#[test]
fn a_build_is_the_same_bytes_twice_and_inspects() {
    let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("built");
    let build = || {
        assert_eq!(scampack(&["build", "--out", out.to_str().unwrap()], "").status.code(), Some(0));
        std::fs::read(out.join("th.scampack")).unwrap()
    };
    assert!(build() == build());
    let path = out.join("th.scampack");
    assert!(text(&scampack(&["inspect", path.to_str().unwrap()], "").stdout).contains("digests match"));
    let mut damaged = std::fs::read(&path).unwrap();
    *damaged.last_mut().unwrap() ^= 1;
    std::fs::write(&path, damaged).unwrap();
    let output = scampack(&["inspect", path.to_str().unwrap()], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("is damaged"));
}

/// Compares a generated file with what is committed; `UPDATE=1` writes it.
fn fresh(path: &std::path::Path, text: &str) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == text, "{} is not fresh: UPDATE=1 cargo test -p scampack --test cli", path.display());
}

#[test]
fn pages_and_schemas_are_fresh() {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut page = String::from(
        "# Diagnostics\n\nWritten by `UPDATE=1 cargo test -p scampack --test cli` from the codes in `src/diagnostic.rs`. Each has golden pairs\n\
         under `tests/diagnostics`, which show what it looks like.\n",
    );
    for code in scampack::Code::ALL {
        page.push_str(&format!("\n## {}\n\n{}: {}\n", code.name(), code.severity().name(), code.about()));
    }
    fresh(&here.join("docs/diagnostics.md"), &page);
    for (name, schema) in scampack::schema::all() {
        fresh(&here.join("../schema").join(format!("{name}.json")), &format!("{schema}\n"));
    }
}

#[test]
fn starter_sources_are_laid_out() {
    for tree in scampack::starter() {
        let authored = |name: &String| name.ends_with(".toml") && name != scampack::learn::model_file::WEIGHTS;
        for (name, text) in tree.iter().filter(|(name, _)| authored(name)) {
            assert_eq!(&scampack::layout::format(text).unwrap(), text, "{name}: run `scampack fmt`");
        }
    }
}

#[test]
fn lint_has_nothing_to_say_about_the_starter_packs() {
    let done = scampack(&["lint", "--deny-warnings"], "");
    assert!(done.status.success(), "{}{}", text(&done.stdout), text(&done.stderr));
}

#[test]
fn stress_counts_what_disguises_cost() {
    let done = scampack(&["stress", "--rounds", "2", "--format", "jsonl"], "");
    let rows: Vec<serde_json::Value> =
        text(&done.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), scampack::attack::Attack::ALL.len());
    let of = |attack: &str, language: &str| {
        let row = rows.iter().find(|row| row["attack"] == attack).unwrap();
        let cells = row["cells"].as_array().unwrap().iter().filter(|cell| cell["language"] == language);
        cells.fold([0, 0], |sum, cell| {
            let count = |key: &str| cell[key].as_u64().unwrap();
            [sum[0] + count("lost"), sum[1] + count("kept") + count("lowered") + count("lost")]
        })
    };
    for language in ["th", "en"] {
        assert!(of("none", language)[0] == 0 && of("none", language)[1] > 100);
        for (attack, _) in scampack::attack::Attack::ALL.map(|(attack, name)| (name, attack)) {
            let [lost, all] = of(attack, language);
            // Twice what five rounds may lose, as two are more to chance.
            assert!(lost * 100 <= 4 * all, "{attack} loses {lost} of {all} in {language}");
        }
    }
    let again = scampack(&["stress", "--rounds", "2", "--format", "jsonl"], "");
    assert!(again.stdout == done.stdout, "the same seed gives the same disguises");
    let dir = fresh_folder("stress");
    let scam = "{\"text\":\"click now\",\"label\":\"ham\"}\n";
    std::fs::write(dir.join("wanted.jsonl"), scam).unwrap();
    let ham = path(&dir.join("wanted.jsonl")).to_owned();
    let page = scampack(&["stress", "--format", "html", "--ham", &ham], "");
    let shown = text(&page.stdout);
    assert!(
        shown.starts_with("<!DOCTYPE html>") && shown.contains("<td>0 of 1</td>") && !shown.contains("http"),
        "{shown}"
    );
    assert_eq!(scampack(&["stress", "--input", &ham, "--max-lost", "0"], "").status.code(), Some(0));
    assert_eq!(scampack(&["lint", "--format", "html"], "").status.code(), Some(2));
}

#[test]
fn stress_reads_lines_as_learn_does() {
    let file = fresh_folder("stress-lines").join("scams.jsonl");
    let scam = r#"{"text":"พัสดุของท่านตกค้าง ยืนยันที่อยู่ที่ bit.ly/xyz","label":"scam","lang":"tl","category":"parcel"}"#;
    std::fs::write(&file, scam).unwrap();
    let said = text(&scampack(&["stress", "--format", "jsonl", "--input", path(&file)], "").stdout);
    let row: serde_json::Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
    assert!(row["cells"][0]["language"] == "fil" && row["cells"][0]["family"] == "parcel", "{row}");
    std::fs::write(&file, scam.replace("\"scam\"", "\"phish\"")).unwrap();
    let refused = scampack(&["stress", "--input", path(&file)], "");
    let told = text(&refused.stderr);
    assert!(refused.status.code() == Some(1) && told.contains("line 1: `label` must be ham, spam or scam"), "{told}");
}

#[test]
fn over_budget_is_told_by_disguise_and_language() {
    let done = scampack(&["stress", "--pairs", "--max-lost", "0"], "");
    assert_eq!(done.status.code(), Some(3));
    assert!(text(&done.stderr).contains("over budget: "), "{}", text(&done.stderr));
}

/// A generator that knows the detector's tables proves nothing.
#[test]
fn disguises_are_made_without_the_detector() {
    let source = include_str!("../src/attack.rs");
    assert!(!source.contains("scamfilter") && !source.contains("crate::"));
}

#[test]
fn disguises_change_the_words_and_leave_the_link() {
    use scampack::attack::Attack;
    let plain = "พัสดุที่ 12 tài khoản verify now at https://bad.example/x1";
    for (attack, name) in Attack::ALL.into_iter().skip(1) {
        let disguised = attack.apply(plain, 7);
        let link = if attack == Attack::Link { "://bad.example/x1" } else { "https://bad.example/x1" };
        assert!(disguised != plain && disguised.contains(link), "{name}: {disguised}");
    }
    assert_eq!(Attack::Override.apply("ab กำ bit.ly/x ok", 1), "\u{202e}ำก ba\u{202c} bit.ly/x \u{202e}ko\u{202c}");
    assert_eq!(Attack::MarkOrder.apply("ត្រូវ ที่", 1), "តូ្រវ ท\u{e48}\u{e35}");
    assert_eq!(Attack::Unaccented.apply("tài khoản đã khóa พัสดุ", 1), "tai khoan da khoa พัสดุ");
    assert_eq!(Attack::Spacing.apply("พัสดุ ok", 1), "พั ส ดุ   o k");
}

#[test]
fn completions_name_every_command() {
    for shell in ["bash", "zsh", "fish"] {
        let said = text(&scampack(&["completions", shell], "").stdout);
        assert!(["check-link", "impact", "inspect"].iter().all(|c| said.contains(c)), "{shell}");
    }
}

/// An empty folder for one test.
fn fresh_folder(name: &str) -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// A pack without families, with more in it.
fn small(name: &str, serial: u32, files: &[(&str, &str)]) -> PathBuf {
    let dir = fresh_folder(name);
    let about = format!("id = \"small\"\nserial = {serial}\npublisher = \"A\"\ntitle = \"A\"\nlicence = \"MIT\"\n");
    std::fs::write(dir.join("pack.toml"), about).unwrap();
    files.iter().for_each(|(file, text)| std::fs::write(dir.join(file), text).unwrap());
    dir
}

fn path(path: &std::path::Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn fmt_writes_unix_lines_and_keeps_strings_and_permissions() {
    let dir = fresh_folder("laid-out");
    let file = dir.join("texts.toml");
    std::fs::write(&file, "\u{feff}a=\"\"\"\r\n x  \r\n\r\n\r\n\"\"\" # why\r\n").unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
    assert_eq!(scampack(&["fmt", "--check", path(&dir)], "").status.code(), Some(1));
    assert_eq!(scampack(&["fmt", path(&dir)], "").status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "a = \"\"\"\n x  \n\n\n\"\"\" # why\n");
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions()) & 0o777, 0o640);
    assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 1, "nothing is left beside it");
    std::fs::write(&file, "a = [").unwrap();
    let refused = scampack(&["fmt", path(&dir)], "");
    assert!(refused.status.code() == Some(1) && text(&refused.stderr).contains("texts.toml is left alone"));
}

#[test]
#[cfg(unix)]
fn a_pipe_in_a_source_folder_does_not_hang() {
    let dir = small("pipe", 1, &[]);
    assert!(Command::new("mkfifo").arg(dir.join("texts.toml")).status().unwrap().success());
    let output = scampack(&["lint", path(&dir)], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("no ordinary file"), "{}", text(&output.stderr));
}

#[test]
fn damaged_packs_are_refused_by_name() {
    let out = fresh_folder("damaged");
    assert!(scampack(&["build", path(&small("whole", 1, &[])), "--out", path(&out)], "").status.success());
    let pack = out.join("small.scampack");
    let mut bytes = std::fs::read(&pack).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&pack, bytes).unwrap();
    let pack = path(&pack);
    for arguments in [
        vec!["check", "--pack", pack, "hello"],
        vec!["diff", pack, pack],
        vec!["impact", pack, pack, "--corpus", "/dev/null"],
        vec!["inspect", pack],
    ] {
        let output = scampack(&arguments, "");
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(said.contains("small.scampack: section") && said.contains("is damaged"), "{said}");
    }
}

#[test]
fn unknown_is_no_finding_of_an_impact() {
    let dir = small("hidden", 1, &[]);
    let corpus = dir.join("corpus.jsonl");
    std::fs::write(&corpus, "{\"text\":\"hi\",\"label\":\"ham\",\"redacted\":true}\n").unwrap();
    let output = scampack(&["impact", path(&dir), path(&dir), "--corpus", path(&corpus), "--format", "json"], "");
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["levels"][0]["before"], "unknown");
    assert_eq!((&said["counts"][0]["before"], &said["counts"][0]["messages"]), (&0.into(), &1.into()));
}

#[test]
fn diff_sees_policies_and_lists_of_one_size_and_a_serial_that_stays() {
    let texts = "[[text]]\nkey = \"t\"\nsentence = { en = \"T\" }\n";
    let policy = |classes: &str, fact: &str| {
        format!(
            "[[policy]]\nid = \"small.p\"\ncountry = \"TH\"\nclasses = [\"{classes}\"]\nforbids = [\"{fact}\"]\n\
             in_force = 2023-01-01\nverified = \"primary\"\nsource = \"S\"\ncategory = \"bank\"\nweight = 1.0\ntext = \"t\"\n"
        )
    };
    let (one, two) = (policy("bank", "link.any"), policy("wallet", "phone.any"));
    let old = small("diff-old", 7, &[("texts.toml", texts), ("policies.toml", &one), ("hosts.txt", "a.example\n")]);
    let new = small("diff-new", 7, &[("texts.toml", texts), ("policies.toml", &two), ("hosts.txt", "b.example\n")]);
    let output = scampack(&["diff", path(&old), path(&new)], "");
    let (said, noted) = (text(&output.stdout), text(&output.stderr));
    assert!(said.contains("bank not link.any") && said.contains("wallet not phone.any"), "{said}");
    assert!(said.contains("section hosts"), "{said}");
    assert!(noted.contains("the serial did not grow (7, then 7)"), "{noted}");
}

#[test]
fn a_folder_with_a_pack_is_meant_by_whoever_stands_in_it() {
    let dir = small("here", 1, &[("polices.toml", "")]);
    let here = |command: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_scampack")).arg(command).current_dir(&dir).output().unwrap();
        text(&output.stdout) + &text(&output.stderr)
    };
    assert!(here("lint").contains("--> polices.toml"));
    assert!(here("build").contains("target/packs/small.scampack"));
    assert!(here("test").contains("small: 0 examples"));
    assert!(text(&scampack(&["lint"], "").stderr).contains("starter packs"));
}

#[test]
fn counts_of_a_test_are_in_its_json() {
    let output = scampack(&["test", "--format", "json"], "");
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(
        said["examples"].as_u64().unwrap() > 50
            && said["failed"] == 0
            && said["packs"].as_array().unwrap().iter().any(|p| p["pack"] == "th")
    );
}

#[test]
fn no_control_or_bidi_character_reaches_the_terminal() {
    let message = "พัสดุของท่านตกค้าง\u{202e} \u{1b}[2J\u{9b}1m ยืนยันที่อยู่ที่ bit.ly/xyz";
    let dir = small("terminal", 1, &[("texts.toml", "a = \u{1b}[31m\u{202e}\n")]);
    for arguments in
        [vec!["check", message], vec!["lint", path(&dir)], vec!["check", "--pack", "\u{1b}[2J\u{202e}", "hi"]]
    {
        let output = scampack(&arguments, "");
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(!said.is_empty() && !said.contains(['\u{1b}', '\u{202e}', '\u{9b}']), "{said:?}");
    }
}

/// Names with what the doc comments of their source file say of them.
fn described(source: &str, names: impl Iterator<Item = (String, &'static str)>) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../core/src").join(source);
    let code = std::fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = code.lines().map(str::trim).collect();
    let mut table = String::from("| name | what |\n|---|---|\n");
    for (variant, name) in names {
        let at = lines.iter().position(|l| l.starts_with(&format!("{variant} = "))).unwrap();
        let first = lines[..at].iter().rposition(|l| !l.starts_with("///")).unwrap() + 1;
        let said = lines[first..at].iter().map(|l| l.trim_start_matches("///").trim()).collect::<Vec<_>>().join(" ");
        table.push_str(&format!("| `{name}` | {said} |\n"));
    }
    table
}

#[test]
fn lists_of_the_reference_are_fresh() {
    use scamfilter::{Category, Level, engine::Fact, pack::SenderClass};
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/language.md");
    let mut page = std::fs::read_to_string(&path).unwrap();
    let variant = |of: &dyn std::fmt::Debug| format!("{of:?}");
    let facts = Fact::ALL.iter().map(|(fact, name)| (variant(fact), *name));
    let classes = SenderClass::ALL.iter().map(|(class, name)| (variant(class), *name));
    for (name, list) in [
        ("facts", described("engine/facts.rs", facts)),
        ("classes", described("pack/brands.rs", classes)),
        ("categories", described("verdict.rs", Category::ALL.iter().map(|c| (variant(c), c.name())))),
        ("levels", described("verdict.rs", Level::ALL.iter().map(|l| (variant(l), l.name())))),
    ] {
        let (before, rest) = page.split_once(&format!("<!-- {name}: generated -->\n")).unwrap();
        let (_, after) = rest.split_once("<!-- end -->").unwrap();
        page = format!("{before}<!-- {name}: generated -->\n{list}<!-- end -->{after}");
    }
    fresh(&path, &page);
    scampack::load::FILES.iter().for_each(|file| assert!(page.contains(&format!("`{file}`")), "{file}"));
}

#[test]
#[cfg(unix)]
fn the_commands_of_the_readme_work_in_order() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("README.md")).unwrap();
    // Publishing has a test of its own, with a server.
    let section = page.split("## For telcos").nth(1).unwrap().split("\n### Publishing").next().unwrap();
    let commands: Vec<&str> =
        section.lines().filter_map(|l| l.strip_prefix("    ")).filter(|l| !l.starts_with("alias")).collect();
    let dir = fresh_folder("readme");
    let urlhaus = "# URLhaus\n#\n# id,dateadded,url,url_status\n\"1\",\"2026-11-25 00:00:00\",\"http://listed.example/a\",\"online\"\n";
    let event = r#"{"Event":{"info":"x","Attribute":[{"type":"domain","value":"event.example","to_ids":true}]}}"#;
    for (name, feed) in [
        ("urlhaus.csv", urlhaus),
        ("openphish.txt", "https://page.example/login\n"),
        ("event.json", event),
        ("popular.txt", "popular.example\n"),
    ] {
        std::fs::write(dir.join(name), feed).unwrap();
    }
    std::os::unix::fs::symlink(root.join("rules"), dir.join("rules")).unwrap();
    let script =
        format!("set -e\nscampack() {{ '{}' \"$@\"; }}\n{}\n", env!("CARGO_BIN_EXE_scampack"), commands.join("\n"));
    let output = Command::new("sh").args(["-c", &script]).current_dir(&dir).output().unwrap();
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(output.status.success() && commands.len() > 10, "{said}");
    assert!(said.contains("3 names, 0 covered") && said.contains("listed.example"), "{said}");
    assert!(said.contains("up to suspicious") && said.contains("up to scam") && !said.contains("warning["), "{said}");
}
