//! Names beside the crates that browsers and registries rest on. In: hosts in many scripts, every rule of the Public Suffix
//! List, its test vectors. Out: the A-labels of the `idna` crate, the suffixes of the `psl` crate.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use scamfilter::Pack;
use scamfilter::text::parse_link;
use scamfilter_tests::random::Random;
use scamfilter_tests::starter_packs;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Hosts in every run; `URL_CASES` asks for more.
const CASES: usize = 20_000;
const LIST: &str = include_str!("../../../rules/packs/common/public_suffix_list.dat");
const VECTORS: &str = include_str!("../vectors/psl_test_vectors.txt");

/// Letters by script; a label is of one script, or of one and of Latin.
const LETTERS: [&str; 14] = [
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "ABCXYZáàâãäåçéèêëíìîïñóòôõöúùûüýÿÁÉÍÓÚÑÜßæøœłđ",
    "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹẠẢẤẦ",
    "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґАБВГДЕЖЗИЙ",
    "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώΑΒΓΔΕΣΩ",
    "กขคฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮะาเแโใไ",
    "ກຂຄງຈຊຍດຕຖທນບປຜຝພຟມຢຣລວສຫອຮະາເແໂໃໄ",
    "កខគឃងចឆជឈញដឋឌឍណតថទធនបផពភមយរលវសហឡអ",
    "ကခဂဃငစဆဇဈညဋဌဍဎဏတထဒဓနပဖဗဘမယရလဝသဟဠအ",
    "中国银行支付宝微信客服安全验证账户日本語東京",
    "あいうえおかきくけこさしすせそアイウエオカキクケコガギグ",
    "가나다라마바사아자차카타파하한글은행",
    "אבגדהוזחטיכלמנסעפצקרשת",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
];

/// Letters that we read as others, while browsers ask for two names: nobody sees which of them is written. A final sigma, and two
/// of Thai SARA E or Lao E for the vowel that looks like them.
const ALIKE: [(&str, &str); 3] = [("ς", "σ"), ("เเ", "แ"), ("ເເ", "ແ")];

/// Names at and below which rules came or went between the dates of the two lists.
const CHANGED: [&str; 18] = [
    "aliases121.com",
    "alpha-myqnapcloud.com",
    "cloud.int.apple",
    "customer-oci.com",
    "datacenter.fi",
    "dev-myqnapcloud.com",
    "firenet.ch",
    "futurecms.at",
    "gitapp.si",
    "helsinki",
    "juniper",
    "knightpoint.systems",
    "oya.to",
    "perspecta.cloud",
    "replit.dev",
    "run.app",
    "snowflake.app",
    "xnbay.com",
];

fn label(random: &mut Random) -> String {
    let letters: Vec<char> = LETTERS[random.below(LETTERS.len())].chars().collect();
    (0..1 + random.below(8)).map(|_| letters[random.below(letters.len())]).collect()
}

#[test]
fn hosts_in_other_letters_are_those_of_idna() {
    let cases = std::env::var("URL_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(CASES);
    let mut random = Random(0x1d4a);
    let (mut compared, mut other) = (0, BTreeSet::new());
    for _ in 0..cases {
        let host = format!("{}.{}.com", label(&mut random), label(&mut random));
        // What no registry would hold leads nowhere; there we may read a host all the same.
        let same = ALIKE.iter().fold(host.clone(), |host, (written, read)| host.replace(written, read));
        let Ok(theirs) = idna::domain_to_ascii(&same) else { continue };
        let ours = parse_link(&format!("http://{host}/")).map(|link| link.host);
        if ours.as_deref() != Some(theirs.as_str()) {
            other.insert(format!("{host}: {ours:?}, {theirs}"));
        }
        compared += usize::from(!host.is_ascii());
    }
    let shown: Vec<&String> = other.iter().take(40).collect();
    assert!(other.is_empty(), "{} of {compared}: {shown:#?}", other.len());
    assert!(compared > cases / 2, "{compared} of {cases}");
}

fn common() -> Pack {
    Pack::open(Arc::new(starter_packs().swap_remove(0).image)).unwrap()
}

/// Every host that a rule speaks of: itself, one label more, two.
fn hosts_of_rules() -> BTreeSet<String> {
    let rules =
        LIST.lines().map(|line| line.split_whitespace().next().unwrap_or("")).filter(|rule| !rule.starts_with("//"));
    let mut hosts = BTreeSet::new();
    for rule in rules.filter(|rule| !rule.is_empty()) {
        let name = rule.trim_start_matches('!').trim_start_matches("*.");
        let name = idna::domain_to_ascii(name).unwrap();
        let parent = name.split_once('.').map_or("", |(_, parent)| parent);
        hosts.extend(["", "a.", "a.b."].map(|front| format!("{front}{name}")));
        if !parent.is_empty() {
            hosts.insert(format!("zq.{parent}"));
        }
    }
    hosts
}

#[test]
fn suffixes_are_those_of_psl_for_every_rule() {
    let pack = common();
    let hosts = hosts_of_rules();
    let mut other = Vec::new();
    for host in &hosts {
        // A last label that no rule names is a suffix by custom; we say so by saying nothing.
        let suffix = psl::suffix(host.as_bytes()).unwrap();
        let theirs = suffix.is_known().then(|| suffix.as_bytes().len());
        if pack.public_suffix(host) != theirs {
            other.push(host.as_str());
        }
    }
    assert!(hosts.len() > 25_000, "{}", hosts.len());
    let below =
        |host: &str, name: &str| host.strip_suffix(name).is_some_and(|front| front.is_empty() || front.ends_with('.'));
    for name in CHANGED {
        let before = other.len();
        other.retain(|host| !below(host, name));
        assert_ne!(other.len(), before, "both lists have the same rules for {name} by now");
    }
    assert!(other.is_empty(), "{} of {} differ: {other:?}", other.len(), hosts.len());
}

#[test]
fn vectors_of_the_list_hold() {
    let pack = common();
    let mut tried = 0;
    for line in VECTORS.lines().filter_map(|line| line.strip_prefix("checkPublicSuffix(")) {
        let mut cells = line.trim_end_matches(");").split(", ").map(|cell| cell.strip_prefix('\'')?.strip_suffix('\''));
        let (Some(Some(host)), Some(registrable)) = (cells.next(), cells.next()) else { continue };
        // A host that begins with a dot is none.
        let Some(read) = parse_link(&format!("http://{host}/")).filter(|_| !host.starts_with('.')) else {
            assert_eq!(registrable, None, "{host}");
            continue;
        };
        let suffix = pack.public_suffix(&read.host).unwrap_or_else(|| read.host.rsplit('.').next().unwrap().len());
        let before = read.host.len().checked_sub(suffix + 1).and_then(|end| read.host.get(..end));
        let found = before.and_then(|before| read.host.get(before.rfind('.').map_or(0, |dot| dot + 1)..));
        let wanted = registrable.map(|name| idna::domain_to_ascii(name).unwrap());
        assert_eq!(found, wanted.as_deref(), "{host}");
        tried += 1;
    }
    assert!(tried > 60, "{tried}");
}
