//! What `new` starts from. In: an id and what is known of it. Out: sources that lint and that say what to fill in.

use crate::dates::today;
use anyhow::bail;
use scamfilter::Category;
use std::fmt::Write as _;

const FOR: &str = "WHAT IT IS FOR";
const FOUND: &str = "WHAT WAS FOUND, IN WORDS OF A CUSTOMER";
const ADVICE: &str = "WHAT TO DO, AND WHOM TO CALL";
const WORDS: &str = "WORDS THAT ONLY THIS CAMPAIGN USES";
const TEAM: &str = "YOUR TEAM";
const SOURCE: &str = "WHERE THE CAMPAIGN IS DOCUMENTED";
const HIT: &str = "A MESSAGE OF THE CAMPAIGN";
const MISS: &str = "A WANTED MESSAGE THAT COMES CLOSE";

/// How each text begins that is to be filled in; lint looks for them.
pub const PLACEHOLDERS: [&str; 8] = [FOR, FOUND, ADVICE, WORDS, TEAM, SOURCE, HIT, MISS];

/// A family. Its examples fail until they are filled in, so that none is forgotten.
///
/// # Errors
/// When the id or the category is not one.
pub fn family(id: &str, category: &str, languages: &[String]) -> anyhow::Result<String> {
    if !id.contains('.') || !plain(id) {
        bail!(
            "`{id}` is no id of a family: take the pack's id, a dot and a name of a-z, 0-9 and hyphens, like th.refund"
        );
    }
    if Category::from_name(category).is_none() {
        let known: Vec<&str> = Category::ALL.iter().map(|c| c.name()).collect();
        bail!("`{category}` is no category; known: {}", known.join(", "));
    }
    let quoted: Vec<String> = languages.iter().map(|l| format!("\"{l}\"")).collect();
    let mut words = String::new();
    for language in languages {
        let _ = writeln!(words, "{language} = [\"{WORDS}, IN {}\"]", language.to_uppercase());
    }
    Ok(format!(
        r#"id = "{id}"
status = "experimental"
category = "{category}"
languages = [{languages}]
owner = "{TEAM}"
source = "{SOURCE}"
created = {today}
reviewed = {today}
false_positives = ["{MISS}, AND WHY IT STAYS CLEAR"]

# Words of this campaign alone. What other families need too is a concept of `common`: parcel, urgent, follow_link, …
[terms.lure]
{words}
[[rule]]
id = "{id}.link"
# Terms, concepts, facts and other rules, with and, or, not, near(40, a, b), ordered(40, a, b), at_least(2, a, b, c).
when = "lure and link.unofficial"
# Log-odds: 4.6 makes a suspicion from nothing, 6.5 a scam.
weight = 4.6
max_level = "suspicious"
# A key of texts.toml, of this pack.
text = "{id}"

[examples]
hit = [{{ text = "{HIT}" }}]
miss = [{{ text = "{MISS}" }}]
"#,
        languages = quoted.join(", "),
        today = today(),
    ))
}

/// `pack.toml` and `texts.toml` of a pack.
///
/// # Errors
/// When the id is not one.
pub fn pack(id: &str, publisher: &str, countries: &[String]) -> anyhow::Result<[String; 2]> {
    if !plain(id) || id.contains('.') {
        bail!("`{id}` is no id of a pack: a-z, 0-9 and hyphens");
    }
    let quoted: Vec<String> = countries.iter().map(|c| format!("\"{}\"", c.to_ascii_uppercase())).collect();
    let publisher = toml::Value::from(publisher);
    let serial = format!("{}01", today().replace('-', ""));
    let pack = format!(
        "id = \"{id}\"\nserial = {serial}\npublisher = {publisher}\ntitle = \"{FOR}\"\ncountries = [{}]\nlicence = \"UNLICENSED\"\n",
        quoted.join(", "),
    );
    let texts = format!(
        "[[text]]\nkey = \"{id}.example\"\nsentence = {{ en = \"{FOUND}\" }}\nadvice = {{ en = \"{ADVICE}\" }}\n"
    );
    Ok([pack, texts])
}

fn plain(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b))
}
