//! An overlay as JSON. In: `[{"action": "allow", "sender": "KBank"}, …]`. Out: the overlay, or what is wrong with it.
//!
//! Such a list says whom people trust, so no error repeats a value of it.

use crate::jsonl::Object;
use anyhow::{anyhow, bail};
use scamfilter::text::fold;
use scamfilter::{Overlay, OverlayAction, OverlayEntry, OverlayKey};
use serde_json::value::RawValue;

const KEYS: [&str; 5] = ["action", "sender", "host", "rule", "expires_at"];

/// Reads an overlay, the weakest entry first.
///
/// # Errors
/// When it is not such a list, or an entry is about none or more than one of `sender`, `host` and `rule`, or about
/// something that no message can have. Entries are counted from 1.
pub fn parse(text: &str) -> anyhow::Result<Overlay> {
    let list: Vec<&RawValue> = serde_json::from_str(text).map_err(|e| {
        let shape = "a list of {\"action\": \"allow\" or \"deny\", \"sender\", \"host\" or \"rule\", \"expires_at\"?}";
        anyhow!("line {}, column {}: an overlay is {shape}", e.line(), e.column())
    })?;
    let numbered = list.iter().enumerate();
    let entries = numbered.map(|(index, raw)| entry(raw).map_err(|wrong| anyhow!("entry {}: {wrong}", index + 1)));
    Ok(Overlay::new(entries.collect::<anyhow::Result<Vec<_>>>()?))
}

fn entry(raw: &RawValue) -> anyhow::Result<OverlayEntry> {
    let told = |wrong: String| anyhow!(wrong);
    let object = Object::read(raw.get().as_bytes()).map_err(told)?;
    if object.keys().any(|key| !KEYS.contains(&key)) {
        bail!("it has a key that is none of {}", KEYS.join(", "));
    }
    let action = match object.string("action").map_err(told)?.as_deref() {
        Some("allow") => OverlayAction::Allow,
        Some("deny") => OverlayAction::Deny,
        _ => bail!("`action` must be \"allow\" or \"deny\""),
    };
    let [sender, host, rule] = ["sender", "host", "rule"].map(|key| object.string(key));
    let key = match (sender.map_err(told)?, host.map_err(told)?, rule.map_err(told)?) {
        (Some(sender), None, None) => OverlayKey::Sender(sender),
        (None, Some(host), None) => OverlayKey::Host(host),
        (None, None, Some(rule)) => OverlayKey::Rule(rule),
        _ => bail!("it is about none or more than one of sender, host and rule"),
    };
    match &key {
        OverlayKey::Sender(name) if fold(name.trim()).text().trim_matches('.').is_empty() => bail!("`sender` is empty"),
        OverlayKey::Host(host) if !is_host(host) => {
            bail!("`host` must be a host alone, such as shop.example: no scheme, port or path")
        }
        OverlayKey::Rule(id) if id.trim().is_empty() => bail!("`rule` is empty"),
        _ => {}
    }
    Ok(OverlayEntry { action, key, expires_at: object.time("expires_at").map_err(told)? })
}

/// Whether it can be the host of a link, or a domain above one.
fn is_host(text: &str) -> bool {
    let folded = fold(text.trim());
    let host = folded.text().strip_suffix('.').unwrap_or(folded.text());
    let label = |label: &str| {
        !label.is_empty()
            && !label.contains(|c: char| c.is_ascii_punctuation() && c != '-' && c != '_' || c.is_whitespace())
    };
    host.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn entries_that_can_never_speak_are_refused_without_their_values() {
        for (text, wrong) in [
            (r#"[{"action": "deny", "host": "https://secret.example/a"}]"#, "entry 1: `host`"),
            (
                r#"[{"action": "deny", "host": "secret.example"}, {"action": "deny", "host": ".secret"}]"#,
                "entry 2: `host`",
            ),
            (r#"[{"action": "allow", "host": "secret.example:80"}]"#, "entry 1: `host`"),
            (r#"[{"action": "allow", "sender": " "}]"#, "entry 1: `sender` is empty"),
            (r#"[{"action": "secret", "sender": "a"}]"#, "entry 1: `action`"),
            (r#"[{"action": "allow", "sender": ["secret"]}]"#, "entry 1: `sender` must be a string"),
            (r#"[{"action": "allow", "sender": "a", "secret": 1}]"#, "entry 1: it has a key"),
            (
                r#"[{"action": "allow", "sender": "a", "expires_at": 1764057600}]"#,
                "entry 1: `expires_at` is in seconds",
            ),
            (r#""secret""#, "line 1, column"),
        ] {
            let error = format!("{:#}", parse(text).unwrap_err());
            assert!(error.contains(wrong) && !error.contains("secret"), "{text}: {error}");
        }
        assert!(parse(r#"[{"action": "allow", "host": "Shop.Example."}, {"action": "deny", "host": "xyz"}]"#).is_ok());
    }
}
