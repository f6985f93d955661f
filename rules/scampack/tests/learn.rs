//! `learn`, `eval` and `stems` as an analyst meets them: on small rules and made-up corpora, good ones and bad ones.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::path::PathBuf;
use std::process::{Command, Output};

const PLAN: &str = r#"bits = 10
bits_unwanted = 8
penalty_grams = 0.0001
penalty_features = 0.0001
gram_campaigns = 2
steps = 40
balance = 0.7
own = 2.0
illegal = 1.0
spam = 0.5
wanted_suspicious = 0.01
wanted_unwanted = 0.01
reference_bad = 0.05
illegal_kinds = ["gambling"]

[sources.posts]
weight = 0.2
reason = "No SMS."
"#;

/// A folder with rules, own texts, holdout texts and a corpus.
struct Lab(PathBuf);

impl Lab {
    fn new(name: &str) -> Self {
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("learn-{name}"));
        let _ = std::fs::remove_dir_all(&dir);
        let lab = Self(dir);
        let from = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cmd/packs.in/old");
        for file in ["brands", "concepts", "domains", "pack", "policies", "scoring", "texts", "families/stuck"] {
            let text = std::fs::read_to_string(from.join(format!("{file}.toml"))).unwrap();
            let text =
                text.replace("parcel is here", "gafu parcel dera kimo arrived home zabe lupi thanks boda tevi rafo");
            lab.write(&format!("rules/packs/common/{file}.toml"), &text);
        }
        lab.write("rules/packs/common/model/learn.toml", PLAN);
        lab.write(
            "rules/packs/common/phrases/en.toml",
            "code = [\"secret number\"]\nparcel = [\"courier\", \"crate\", \"delivery\"]\n",
        );
        lab.write("rules/texts/en.jsonl", &messages("own", "en", 120, 1));
        lab.write("rules/texts/th.jsonl", &messages("thai", "th", 120, 2));
        lab.write("rules/texts/holdout/en.jsonl", &messages("held", "en", 90, 3));
        lab.write("corpus.jsonl", &messages("real", "en", 240, 4));
        lab
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.0.join(file)).unwrap()
    }

    fn run(&self, arguments: &str) -> Output {
        let output = Command::new(env!("CARGO_BIN_EXE_scampack"))
            .args(arguments.split(' '))
            .current_dir(&self.0)
            .output()
            .unwrap();
        assert!(output.status.code().is_some(), "{arguments}: {}", said(&output));
        output
    }

    /// Runs what must end with `code`.
    fn ends(&self, code: i32, arguments: &str) -> Output {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments}: {}", said(&output));
        output
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Scams and wanted messages in turn, each of words of its own: no two are near-duplicates.
fn messages(name: &str, lang: &str, count: u64, seed: u64) -> String {
    let mut state = seed;
    let mut word = || {
        (0..3)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let consonant = b"bdfgklmnprstvz"[(state >> 33) as usize % 14];
                let vowel = b"aeiou"[(state >> 43) as usize % 5];
                format!("{}{}", consonant as char, vowel as char)
            })
            .collect::<String>()
    };
    let line = |index: u64| {
        let words: Vec<String> = (0..8).map(|_| word()).collect();
        let [a, b, c, d, e, f, g, h] = words.as_slice() else { panic!("eight words") };
        let (label, kind, text) = match index % 4 {
            0 => ("ham", "chat", format!("{a} {b} dinner {c} {d} tomorrow {e} {f} {g} {h}")),
            2 => ("ham", "parcel", format!("{a} parcel {b} {c} arrived home {d} {e} thanks {f} {g} {h}")),
            1 => ("scam", "parcel", format!("{a} delivery {b} {c} fee {d} {e} now {f} {g} http://{h}.example/pay")),
            _ => ("scam", "job", format!("{a} {b} earn daily {c} {d} easy task {e} {f} {g} {h}")),
        };
        format!(
            "{{\"id\":\"{name}-{index}\",\"lang\":\"{lang}\",\"label\":\"{label}\",\"kind\":\"{kind}\",\"text\":\"{text}\"}}\n"
        )
    };
    (0..count).map(line).collect()
}

#[test]
fn what_is_learnt_is_the_same_twice_and_is_told_wherever_a_pack_is_shown() {
    let lab = Lab::new("whole");
    lab.ends(0, "build rules/packs/common --out before");
    lab.ends(0, "learn corpus.jsonl");
    let (weights, grams) =
        (lab.read("rules/packs/common/model/weights.toml"), lab.read("rules/packs/common/model/grams.txt"));
    lab.ends(0, "learn corpus.jsonl");
    assert!(
        weights == lab.read("rules/packs/common/model/weights.toml")
            && grams == lab.read("rules/packs/common/model/grams.txt")
    );
    for header in ["[calibration]", "reference_bad = 0.05", "[[measured]]", "real = [120, 120]", "source = \"corpus\""]
    {
        assert!(weights.contains(header), "{header}: {weights}");
    }
    assert!(!weights.contains("holdout-en"), "holdout texts are not learnt from");

    lab.ends(0, "build rules/packs/common --out after");
    // A language is what a corpus says: it cannot break the files in which it is told.
    lab.write("odd.jsonl", "{\"lang\":\"x\\\"\\n[a] | b\",\"label\":\"ham\",\"text\":\"dinner at nine\"}\n");
    lab.ends(0, "learn corpus.jsonl odd.jsonl");
    lab.ends(0, "build rules/packs/common --out odd");
    assert!(lab.read("odd/common.card.md").contains("| x\"·[a] \\| b | 1 + 0 |"), "{}", lab.read("odd/common.card.md"));
    lab.ends(0, "learn corpus.jsonl");
    let card = lab.read("after/common.card.md");
    assert!(card.contains("| en | 120 + 120 | 61 + 61 |"), "{card}");
    assert!(card.contains("No real scam was learnt from or measured on in: th"), "{card}");
    assert!(!lab.read("before/common.card.md").contains("learnt"));
    let content = said(&lab.ends(0, "inspect after/common.scampack --content"));
    assert!(content.contains("feature parcel") && content.contains(", unwanted "), "{content}");
    let curve = weights.lines().find(|line| line.starts_with("curve = ")).unwrap();
    let second = curve.split('[').nth(3).unwrap().split(", ").nth(1).unwrap().trim_end_matches(']');
    assert!(content.contains(&format!(":{second} ")), "the pack carries the fitted curve: {curve}");
    let changes = said(&lab.ends(0, "diff before/common.scampack after/common.scampack"));
    assert!(changes.contains("feature parcel") && changes.contains("section grams"), "{changes}");

    lab.ends(0, "test rules/packs/common");
}

#[test]
fn examples_that_rest_on_wording_fail_without_grams() {
    let lab = Lab::new("wording");
    lab.ends(0, "test rules/packs/common --no-grams");
    lab.ends(0, "learn corpus.jsonl");
    lab.ends(0, "test rules/packs/common");
    // That it is wanted only its wording says: its concept is one of scams too.
    let alone = said(&lab.ends(1, "test rules/packs/common --no-grams"));
    assert!(alone.contains("SP007") && alone.contains("must not reach this level"), "{alone}");
}

#[test]
fn an_evaluation_says_the_same_to_people_programs_and_browsers() {
    let lab = Lab::new("eval");
    // Two holdout texts that are learnt from: one as it stands, one nearly.
    let own = lab.read("rules/texts/en.jsonl");
    let lines: Vec<&str> = own.lines().collect();
    let near = lines[5].replace("own-5", "near-5").replace(" now ", " now, ");
    lab.write("rules/texts/holdout/en.jsonl", &format!("{near}\n{}\n{}", lines[6], messages("held", "en", 90, 3)));
    lab.ends(0, "learn corpus.jsonl");
    let people = lab.run("eval --mistakes 2 corpus.jsonl");
    let text = said(&people);
    for part in [
        "campaigns of corpora",
        "campaigns of own texts",
        "holdout texts",
        "one source at a time",
        "carried to holdout texts",
        "calibration: scores as probabilities where 5 %",
        "as shipped, in percent",
        "rules/texts/holdout/en.jsonl line 1 is a near-duplicate of rules/texts/en.jsonl line 6",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let json = lab.run("eval --mistakes 2 --format json corpus.jsonl");
    assert_eq!(json.status.code(), people.status.code());
    let value: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(value["held_out"].as_array().unwrap().len(), 4);
    let english = &value["held_out"][0]["languages"][0];
    assert_eq!((english["lang"].as_str(), english["bad"].as_u64()), (Some("en"), Some(120)));
    assert!(english["roc"].as_array().unwrap().len() > 5 && english["interval"].is_array(), "{english}");
    let held = value["held_out"].as_array().unwrap().iter().find(|r| r["held_out"] == "holdout texts").unwrap();
    assert_eq!(held["languages"][0]["messages"], 90, "what is learnt from is not measured");
    assert_eq!(value["near_duplicates"].as_array().unwrap().len(), 1);
    let kinds: Vec<&str> = held["families"].as_array().unwrap().iter().map(|f| f["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["chat", "parcel", "job", "parcel"], "wanted ones first");
    assert!(
        value["shipped"]["lines"].as_array().unwrap().iter().any(|l| l["group"] == "corpora" && l["what"] == "scams")
    );
    assert!(value["gaps"].as_array().unwrap().iter().any(|gap| gap["what"] == "corpora as shipped"));

    let html = lab.run("eval --mistakes 3 --format html corpus.jsonl");
    let page = String::from_utf8(html.stdout).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
    assert!(page.matches("<svg").count() >= 6 && page.contains("Thresholds carried over"), "{page}");
    for fetched in ["<script", "<link", "<img", "@import", "url(", "src="] {
        assert!(!page.contains(fetched), "{fetched}: a page loads nothing");
    }
    // Mistakes of corpora are in it by place; their texts never leave this machine.
    let real = lab.read("corpus.jsonl");
    let texts = real.lines().map(|line| line.split("\"text\":\"").nth(1).unwrap().trim_end_matches("\"}"));
    assert!(page.contains("corpus.jsonl line "), "{page}");
    for text in texts {
        assert!(!page.contains(text) && !json.stdout.windows(text.len()).any(|w| w == text.as_bytes()), "{text}");
    }
    assert!(lines.iter().any(|l| page.contains(l.split("\"text\":\"").nth(1).unwrap().trim_end_matches("\"}"))));
    let lines = lab.run("eval --quick --format jsonl corpus.jsonl");
    assert_eq!(String::from_utf8(lines.stdout).unwrap().lines().count(), 7);
    let refused = lab.ends(2, "lint rules/packs/common --format html");
    assert!(said(&refused).contains("only `eval` and `stress` write a page"));
}

#[test]
fn what_is_left_out_is_neither_remembered_nor_heard_nor_shown() {
    let lab = Lab::new("left");
    let left = "\n[sources.left]\nleft_out = true\nreason = \"A test.\"\n";
    lab.write("rules/packs/common/model/learn.toml", &format!("{PLAN}{left}"));
    // Nearly a holdout text, and the only message with a stem.
    let held = lab.read("rules/texts/holdout/en.jsonl");
    let near = held.lines().nth(1).unwrap().replace(" now ", " now, ");
    let stem = r#"{"lang":"en","label":"scam","text":"your courier waits at http://a.example"}"#;
    lab.write("left.jsonl", &format!("{near}\n{stem}\n"));
    lab.ends(0, "learn corpus.jsonl left.jsonl");
    let weights = lab.read("rules/packs/common/model/weights.toml");
    assert!(!weights.contains("\"left\"") && weights.contains("real = [120, 120]"), "{weights}");
    let json = lab.run("eval --quick --format json corpus.jsonl left.jsonl");
    let value: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(value["near_duplicates"].as_array().unwrap().len(), 0);
    let held = value["held_out"].as_array().unwrap().iter().find(|r| r["held_out"] == "holdout texts").unwrap();
    assert_eq!(held["languages"][0]["messages"], 90);
    let lines = value["shipped"]["lines"].as_array().unwrap();
    let of = |source: &str| lines.iter().filter(|line| line["source"] == source).count();
    assert!(of("corpus") == 2 && of("left") == 0, "{lines:?}");
    let told = said(&lab.ends(0, "stems corpus.jsonl left.jsonl"));
    assert!(told.contains("parcel `courier`: hits nothing, 0 campaigns"), "{told}");
}

#[test]
fn bad_corpora_are_refused_or_told_and_never_kept_silent() {
    let lab = Lab::new("bad");
    let line =
        |label: &str, text: &str| format!("{{\"id\":1,\"lang\":\"en\",\"label\":\"{label}\",\"text\":\"{text}\"}}\n");
    // Lines that cannot be read cost themselves and the exit code.
    let broken = messages("real", "en", 40, 5)
        + "{\"text\":\"a\"}\n{\"text\":\"b\",\"label\":\"phish\",\"lang\":\"en\"}\nnonsense\n";
    lab.write("broken.jsonl", &broken);
    let told = said(&lab.ends(1, "learn broken.jsonl"));
    assert!(told.contains("broken.jsonl line 41: `label` is missing"), "{told}");
    assert!(told.contains("broken.jsonl line 42: `label` must be ham, spam or scam"), "{told}");
    assert!(told.contains("3 lines could not be read"), "{told}");
    // Contradictions and repeated ids, among corpora and with the example of a family.
    let twice = line("scam", "Pay the toll")
        + &line("ham", "pay  the TOLL")
        + &line("ham", "Another")
        + &line("ham", "parcel is stuck http://a.example");
    lab.write("twice.jsonl", &(twice + &messages("real", "en", 40, 5)));
    let told = said(&lab.ends(0, "learn twice.jsonl"));
    assert!(told.contains("twice.jsonl line 2 has the text of twice.jsonl line 1, with another label"), "{told}");
    assert!(
        told.contains("twice.jsonl line 4 has the text of rules/packs/common/families/stuck.toml line 21, with"),
        "{told}"
    );
    assert!(told.contains("twice.jsonl line 3 has the id of line 1"), "{told}");
    assert!(!told.contains("Pay the toll"), "no error holds a message: {told}");
    // One kind only, ten rows, none: an error that says what is missing.
    let only = |kind: &str| {
        let all = messages("real", "en", 80, 6);
        all.lines().filter(|l| l.contains(kind)).map(|l| format!("{l}\n")).collect::<String>()
    };
    lab.write("empty/none", "");
    lab.write("wanted.jsonl", &only("ham"));
    lab.write("ten.jsonl", &messages("real", "en", 10, 7));
    lab.write("none.jsonl", "");
    for (file, says) in [("wanted", "only messages of one kind"), ("none", "only messages of one kind")] {
        for command in ["learn", "eval --quick"] {
            let told = said(&lab.run(&format!("{command} --texts empty {file}.jsonl")));
            assert!(told.contains(says), "{command} {file}: {told}");
        }
    }
    let told = said(&lab.ends(1, "learn --texts empty ten.jsonl"));
    assert!(told.contains("too few messages"), "{told}");
    // Files that are none.
    let told = said(&lab.ends(1, "eval nowhere.jsonl"));
    assert!(told.contains("cannot open nowhere.jsonl"), "{told}");
    let told = said(&lab.ends(1, "learn rules"));
    assert!(told.contains("is a folder"), "{told}");
    // Names by which texts of this project are known: half B of theirs is read, and pages show them.
    for name in ["own-mine.jsonl", "holdout.jsonl"] {
        lab.write(name, &messages("real", "en", 40, 5));
        for command in ["learn", "eval --quick", "stems"] {
            let told = said(&lab.ends(1, &format!("{command} corpus.jsonl {name}")));
            assert!(told.contains(&format!("{name}: rename it: such names are this project's texts")), "{told}");
        }
    }
    let told = said(&lab.ends(1, "learn --rules rules/texts corpus.jsonl"));
    assert!(told.contains("no folder with a pack.toml"), "{told}");
}

#[test]
fn a_corpus_that_is_too_large_is_refused_while_it_is_read() {
    let lab = Lab::new("large");
    let many: String = (0..=scampack::learn::corpus::MAX_ROWS)
        .map(|i| format!("{{\"lang\":\"en\",\"label\":\"ham\",\"text\":\"m {i:x}\"}}\n"))
        .collect();
    lab.write("many.jsonl", &many);
    let told = said(&lab.ends(1, "learn many.jsonl"));
    assert!(told.contains("more than 200000 messages") && told.contains("learn from a sample"), "{told}");
}

#[test]
fn settings_with_which_learning_would_not_end_well_are_refused() {
    let lab = Lab::new("settings");
    for (key, from, to) in [
        ("penalty_grams", "penalty_grams = 0.0001", "penalty_grams = 0.0"),
        ("penalty_features", "penalty_features = 0.0001", "penalty_features = -1.0"),
        ("penalty_features", "penalty_features = 0.0001", "penalty_features = nan"),
        ("steps", "steps = 40", "steps = 0"),
        ("bits", "bits = 10", "bits = 40"),
        ("balance", "balance = 0.7", "balance = 7.0"),
        ("weight", "weight = 0.2", "weight = inf"),
        ("reference_bad", "reference_bad = 0.05", "reference_bad = 1.0"),
    ] {
        lab.write("rules/packs/common/model/learn.toml", &PLAN.replace(from, to));
        let told = said(&lab.ends(1, "learn corpus.jsonl"));
        assert!(told.contains("SP009") && told.contains(&format!("`{key}` is")), "{key}: {told}");
    }
    lab.write("rules/packs/common/model/learn.toml", &PLAN.replace("steps = 40", "step = 40"));
    assert!(said(&lab.ends(1, "learn corpus.jsonl")).contains("did you mean `steps`?"));
}

#[test]
fn stems_that_do_nothing_are_named_and_taken_out_on_request() {
    let lab = Lab::new("stems");
    let stems = "parcel = [\"courier\", \"delivery\", \"*livery\"]\n";
    lab.write("rules/packs/common/phrases/en.toml", stems);
    let told = said(&lab.ends(0, "stems corpus.jsonl"));
    assert!(told.contains("parcel `courier`: hits nothing, 0 campaigns") && told.contains("1 stem could go"), "{told}");
    assert_eq!(lab.read("rules/packs/common/phrases/en.toml"), stems);
    // Where one stands the other stands too: one of them stays.
    let told = said(&lab.ends(0, "stems --redundant --prune corpus.jsonl"));
    assert!(told.contains("adds nothing") && told.contains("2 stems taken out"), "{told}");
    let left = lab.read("rules/packs/common/phrases/en.toml");
    assert!(!left.contains("courier") && (left.contains("\"delivery\"") != left.contains("\"*livery\"")), "{left}");
    lab.ends(0, "lint rules/packs/common");
}

#[test]
#[cfg(unix)]
fn the_half_hour_of_the_docs_works_as_it_is_written() {
    let lab = Lab::new("analyst");
    let docs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs");
    let about = "id = \"th\"\nserial = 1\npublisher = \"A\"\ntitle = \"A\"\nlicence = \"MIT\"\ncountries = [\"TH\"]\n";
    lab.write("rules/packs/th/pack.toml", about);
    lab.write("rules/packs/th/texts.toml", "[[text]]\nkey = \"th.water\"\nsentence = { en = \"Promises money.\" }\n");
    let family = std::fs::read_to_string(docs.join("example/acme/families/refund.toml")).unwrap();
    lab.write("water.toml", &family.replace("acme.refund", "th.water"));
    lab.write("corpora/real.jsonl", &messages("real", "en", 240, 4));
    let calm = messages("calm", "en", 40, 9);
    lab.write(
        "wanted.jsonl",
        &calm.lines().filter(|l| l.contains("ham")).map(|l| format!("{l}\n")).collect::<String>(),
    );
    let page = std::fs::read_to_string(docs.join("analyst.md")).unwrap();
    let commands: Vec<&str> =
        page.lines().filter_map(|l| l.strip_prefix("    ")).filter(|l| !l.starts_with("alias")).collect();
    // Halves of a corpus as small as this one differ by chance, of which 3 tells.
    let script = format!(
        "set -e\nEDITOR='cp water.toml'\nscampack() {{ code=0; '{}' \"$@\" || code=$?; [ $code = 0 ] || [ $1.$code = eval.3 ]; }}\n{}\n",
        env!("CARGO_BIN_EXE_scampack"),
        commands.join("\n")
    );
    let output = Command::new("sh").args(["-c", &script]).current_dir(&lab.0).output().unwrap();
    assert!(output.status.success() && commands.len() > 12, "{}", said(&output));
    assert!(lab.read("eval.html").contains("<svg") && lab.read("new/th.card.md").contains("th.water"));
    assert!(lab.read("rules/packs/common/model/weights.toml").contains("source = \"real\""));
}
