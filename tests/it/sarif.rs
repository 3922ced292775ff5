//! SARIF output against the schema of SARIF 2.1.0, and against typed structures that others made from it.

use std::path::PathBuf;
use std::process::Command;

use crate::common::{SEED, folder, run};
use serde_json::Value;

/// The schema lies in the package `serde-sarif`, which the tests depend on; cargo knows where.
fn schema() -> Value {
    // Only this machine's packages are certain to have been fetched.
    let rustc = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let version = String::from_utf8(rustc.stdout).expect("text");
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo's metadata");
    let packages = metadata["packages"].as_array().expect("packages");
    let package = packages.iter().find(|package| package["name"] == "serde-sarif").expect("serde-sarif");
    let manifest = PathBuf::from(package["manifest_path"].as_str().expect("a path"));
    let text =
        std::fs::read_to_string(manifest.with_file_name("src").join("schema.json")).expect("the schema");
    // One pattern, that of languages, has a bracket too many and is refused by strict readers.
    let text = text.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}?$");
    serde_json::from_str(&text).expect("a schema")
}

#[test]
fn the_report_is_valid_and_complete() {
    let suppressed = SEED.replace(
        "tactics: CommandAndControl",
        "tactics: CommandAndControl # sentlint: ignore[scalar-for-list] known",
    );
    let clash = SEED.replace("relay", "other");
    let files = [
        ("a b/é.yaml", SEED),
        ("b.yaml", suppressed.as_str()),
        ("c.yaml", clash.as_str()),
        ("d.yaml", "id: x\nquery: [\ntactics: Y\n"),
    ];
    let dir = folder(&files);
    let baseline = run(dir.path(), &["check", "c.yaml", "--write-baseline", "known.json"], "");
    assert_eq!(baseline.code, 0, "{baseline:?}");
    let args = ["check", "--output-format", "sarif", "--baseline", "known.json", "--profile", "pedantic"];
    let ran = run(dir.path(), &args, "");
    let log: Value = serde_json::from_str(&ran.stdout).expect("JSON");

    let validator = jsonschema::validator_for(&schema()).expect("a schema that compiles");
    let errors: Vec<String> =
        validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let typed: serde_sarif::sarif::Sarif = serde_json::from_str(&ran.stdout).expect("SARIF");
    assert_eq!(typed.runs.len(), 1);

    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let results = run["results"].as_array().expect("results");
    assert!(results.iter().all(|result| {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("a small index");
        rules[index]["id"] == result["ruleId"]
    }));
    let has = |test: &dyn Fn(&Value) -> bool| results.iter().any(test);
    assert!(has(&|result| result["suppressions"][0]["kind"] == "inSource"));
    assert!(has(&|result| result["suppressions"][0]["justification"] == "known"));
    assert!(has(&|result| result["baselineState"] == "unchanged"));
    assert!(has(&|result| result["baselineState"] == "new"));
    assert!(has(&|result| result["fixes"][0]["artifactChanges"].is_array()));
    assert!(has(&|result| {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b/%C3%A9.yaml"
    }));
    let fingerprints: std::collections::BTreeSet<&str> =
        results.iter().filter_map(|result| result["partialFingerprints"]["sentlint/v1"].as_str()).collect();
    assert_eq!(fingerprints.len(), results.len(), "no two findings share a fingerprint");
}

#[test]
fn a_file_elsewhere_has_a_whole_address() {
    let (here, elsewhere) = (folder(&[]), folder(&[("a b.yaml", SEED)]));
    let path = elsewhere.path().join("a b.yaml");
    let ran = run(here.path(), &["check", "--output-format", "sarif", path.to_str().expect("UTF-8")], "");
    let log: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    let uri = place["uri"].as_str().expect("an address");
    assert!(uri.starts_with("file:///") && uri.ends_with("/a%20b.yaml"), "{uri}");
    assert!(place.get("uriBaseId").is_none());
}
