//! What both builds of the sample declare. In: the Gradle project, the Maven build, one properties file. Out: where they differ.
//!
//! Gradle does not run here, so its files are compared as text.

use std::collections::BTreeMap;
use std::path::Path;

/// `key=value` lines.
pub fn properties(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().map(str::trim).filter(|l| !l.starts_with('#'));
    lines.filter_map(|l| l.split_once('=')).map(|(k, v)| (k.trim().to_owned(), v.trim().to_owned())).collect()
}

/// Everything in which the two builds differ.
pub fn differences(root: &Path) -> anyhow::Result<Vec<String>> {
    let read = |path: &str| std::fs::read_to_string(root.join(path));
    let sample = |path: &str| read(&format!("android-sample/{path}"));
    let (gradle, maven, catalogue) =
        (sample("build.gradle.kts")?, sample("pom.xml")?, sample("gradle/libs.versions.toml")?);
    let parent = read("bindings/kotlin/pom.xml")?;
    let mut wrong = Vec::new();
    let declared = properties(&sample("app.properties")?);
    for key in declared.keys().filter(|key| !gradle.contains(&format!("app.getProperty(\"{key}\")"))) {
        wrong.push(format!("build.gradle.kts does not read {key} of app.properties"));
    }
    // The framework that compiles the sources is a version of its own in Maven.
    for key in declared.keys().filter(|key| *key != "compileSdk" && !maven.contains(&format!("${{{key}}}"))) {
        wrong.push(format!("pom.xml does not read {key} of app.properties"));
    }
    let catalogue: toml::Table = catalogue.parse()?;
    let version = |name: &str| catalogue.get("versions")?.get(name)?.as_str().map(str::to_owned);
    for (ours, theirs) in [("kotlin", "kotlin.version"), ("scamfilter", "version")] {
        if version(ours) != element(&parent, theirs) {
            wrong.push(format!("libs.versions.toml: {ours} is not {theirs} of bindings/kotlin/pom.xml"));
        }
    }
    let sdk = |key: &str| declared.get(key).and_then(|v| v.parse::<u32>().ok()).unwrap_or_default();
    let tested = element(&maven, "robolectric.sdk");
    if tested.as_deref() != declared.get("targetSdk").map(String::as_str) || sdk("compileSdk") < sdk("targetSdk") {
        wrong.push("the tests do not run on targetSdk, or compileSdk is below it".to_owned());
    }
    let library = read("bindings/kotlin/android/src/aar/AndroidManifest.xml")?;
    if !library.contains(&format!("android:minSdkVersion=\"{}\"", sdk("minSdk"))) {
        wrong.push("minSdk of the app is not that of the AAR".to_owned());
    }
    let abis: Vec<String> = crate::android::ABIS.iter().map(|abi| format!("\"{}\"", abi.name)).collect();
    if !gradle.contains(&format!("listOf({})", abis.join(", "))) {
        wrong.push("build.gradle.kts has other ABIs than tests/xtask/src/android.rs".to_owned());
    }
    for (what, mark) in
        [("shrinking", "isMinifyEnabled = true"), ("the cases of the self-test", "tests/conformance/starter.json")]
    {
        if !gradle.contains(mark) {
            wrong.push(format!("build.gradle.kts lacks {what}"));
        }
    }
    let wrapper = properties(&sample("gradle/wrapper/gradle-wrapper.properties")?);
    if !wrapper.get("distributionUrl").is_some_and(|url| url.ends_with("-bin.zip"))
        || !wrapper.contains_key("distributionSha256Sum")
    {
        wrong.push("gradle-wrapper.properties names no distribution with its digest".to_owned());
    }
    Ok(wrong)
}

/// The text of the first element of that name.
fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once('<').map(|(value, _)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_builds_declare_the_same() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        assert_eq!(differences(&root).unwrap(), Vec::<String>::new());
    }
}
