//! Custom detections as their users meet them: the documentation's example, each form on the command line, options that
//! make no sense, and an adapted query that finds what the original finds.

use crate::common::{folder, root, run};

const QUERY: &str = "id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11\nname: Relay\ndescription: Identifies hosts.\nquery: |\n  \
                     DeviceNetworkEvents\n  | where Timestamp > ago(7d)\n  | where RemoteUrl has \"relay\"\n  | summarize Connections = count() \
                     by DeviceId, RemoteUrl\n  | where Connections > 1\n";

/// A fenced block of the page, by its header, with what is around it.
fn block<'p>(page: &'p str, header: &str) -> (&'p str, &'p str, &'p str) {
    let (before, rest) = page.split_once(&format!("```{header}\n")).unwrap();
    let (text, after) = rest.split_once("```").unwrap();
    (before, text, after)
}

#[test]
fn the_example_of_the_page_is_what_comes_out() {
    let path = root().join("docs/defender.md");
    let page = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    let dir = folder(&[("query.yaml", block(&page, "yaml query").1)]);
    let made = run(dir.path(), &["convert", "--to", "detection", "query.yaml"], "");
    assert_eq!(made.code, 0, "{made:?}");
    let args = ["convert", "--to", "detection", "--frequency", "continuous", "query.yaml"];
    let continuous = run(dir.path(), &args, "");
    let json: serde_json::Value = serde_json::from_str(&continuous.stdout).unwrap();
    let query = format!("{}\n", json["queryCondition"]["queryText"].as_str().unwrap());
    let mut written = page.clone();
    for (header, text) in [("json graph", &made.stdout), ("kql continuous", &query)] {
        let (before, old, after) = block(&written, header);
        if old != text.as_str() {
            written = format!("{before}```{header}\n{text}```{after}");
        }
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    assert!(
        page == written,
        "docs/defender.md is out of date: run UPDATE_DOCS=1 cargo test --test it detections"
    );
}

#[test]
fn every_form_is_written_and_passes_the_check() {
    let dir = folder(&[("in/a.yaml", QUERY)]);
    for (form, file) in [("graph", "a.json"), ("yaml", "a.yaml"), ("bicep", "a.bicep"), ("arm", "a.json")] {
        let out = format!("out-{form}");
        let ran = run(dir.path(), &["convert", "--to", "detection", "--form", form, "in", "-o", &out], "");
        assert_eq!(ran.code, 0, "{ran:?}");
        let checked = run(dir.path(), &["check", &out, "--output-format", "concise"], "");
        assert_eq!(checked.code, 0, "{checked:?}");
        let inspected =
            run(dir.path(), &["inspect", &format!("{out}/{file}"), "--output-format", "json"], "");
        assert!(inspected.stdout.contains("\"kind\": \"custom-detection\""), "{inspected:?}");
        assert_eq!(dir.path().join(&out).join("bicepconfig.json").exists(), form == "bicep");
        let again = run(dir.path(), &["convert", "--to", "detection", "--form", form, "in", "-o", &out], "");
        assert_eq!(again.code, 0, "what sentlint wrote can be written again: {again:?}");
    }
    let merged = ["convert", "--to", "detection", "--form", "arm", "--merge", "in"];
    assert!(run(dir.path(), &merged, "").stdout.contains("detectionRules@"));
}

#[test]
fn what_is_lost_or_refused_is_told() {
    let lost = QUERY.replace("query: |", "tactics: [Persistence, Execution]\nquery: |");
    let state = "id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11\nname: n\ndescription: d\nquery: |\n  DeviceTvmSoftwareInventory\n";
    let dir = folder(&[("a.yaml", &lost), ("b.yaml", state)]);
    let args = ["convert", "--to", "detection", "a.yaml", "-o", "out", "--notes", "-"];
    let ran = run(dir.path(), &args, "");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("a.yaml:4:") && ran.stderr.contains("lost: The tactic"), "{ran:?}");
    let notes: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&notes["version"], &notes["files"][0]["frequency"]), (&1.into(), &"PT1H".into()));
    assert_eq!(run(dir.path(), &["convert", "--to", "detection", "a.yaml", "--strict"], "").code, 1);
    let refused = run(dir.path(), &["convert", "--to", "detection", "b.yaml"], "");
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""), "{refused:?}");
    assert!(refused.stderr.contains("b.yaml:5:3: error:") && refused.stderr.contains("help:"), "{refused:?}");
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let dir = folder(&[("a.yaml", QUERY)]);
    for (args, said) in [
        (&["--to", "arm", "--form", "yaml"][..], "`--form` can only be used with `--to detection`"),
        (&["--to", "detection", "--period", "1h"], "`--period`"),
        (&["--to", "detection", "--no-incidents"], "`--no-incidents` has no effect"),
        (&["--to", "detection", "--lookback", "4h"], "`--api-version beta`"),
        (&["--to", "detection", "--api-version", "v2"], "is not a version of the Graph API"),
        (&["--to", "detection", "--explain-changes"], "`--explain-changes`"),
        (&["--to", "detection", "--merge"], "`--merge`"),
    ] {
        let ran = run(dir.path(), &[&["convert", "a.yaml"][..], args].concat(), "");
        assert_eq!(ran.code, 2, "{args:?}: {ran:?}");
        assert!(ran.stderr.contains(said), "{args:?}: {ran:?}");
    }
}

#[test]
fn a_new_detection_passes_the_check_and_the_old_shape_is_fixed() {
    let dir = folder(&[]);
    for form in ["graph", "yaml", "bicep", "arm"] {
        let made = run(dir.path(), &["new", "custom-detection", "--form", form], "");
        assert_eq!(made.code, 0, "{made:?}");
        let name = if form == "yaml" {
            "n.yaml"
        } else if form == "bicep" {
            "n.bicep"
        } else {
            "n.json"
        };
        let checked = run(dir.path(), &["check", "-", "--stdin-filename", name], &made.stdout);
        let clean = checked.stdout.ends_with("nothing found.\n");
        assert!(checked.code == 0 && clean, "{checked:?}\n{}", made.stdout);
    }
    let old = "{\n  \"id\": \"a\",\n  \"displayName\": \"n\",\n  \"isEnabled\": false,\n  \"queryCondition\": {\"queryText\": \
               \"DeviceEvents\"},\n  \"schedule\": {\"period\": \"1H\"},\n  \"detectionAction\": {\"alertTemplate\": {\"title\": \"t\", \
               \"description\": \"d\", \"severity\": \"low\", \"category\": \"Execution\", \"mitreTechniques\": [\"T1059\"], \
               \"impactedAssets\": [{\"@odata.type\": \"#microsoft.graph.security.impactedDeviceAsset\", \"identifier\": \
               \"deviceId\"}]}}\n}\n";
    let fixed = run(dir.path(), &["check", "-", "--stdin-filename", "a.json", "--fix"], old);
    assert!(fixed.stdout.contains("\"frequency\": \"PT1H\""), "{fixed:?}");
    let checked = run(dir.path(), &["check", "-", "--stdin-filename", "a.json"], &fixed.stdout);
    assert_eq!(checked.code, 0, "{checked:?}\n{}", fixed.stdout);
}

#[test]
fn the_adapted_query_finds_what_the_original_finds() {
    let mut events = String::new();
    for number in 0..40 {
        let (device, url) = (number % 3, ["relay.example", "other.example"][number % 2]);
        events += &format!(
            "{{\"Timestamp\":\"2026-11-28T10:{number:02}:00Z\",\"DeviceId\":\"d{device}\",\"DeviceName\":\"n{device}\",\"ReportId\":{number},\
             \"RemoteUrl\":\"{url}\"}}\n"
        );
    }
    for body in [
        "| where RemoteUrl has \"relay\" | summarize Connections = count() by DeviceId, RemoteUrl | where Connections > 1",
        "| distinct DeviceId, RemoteUrl",
        "| summarize First = min(Timestamp), ReportId = make_set(ReportId) by DeviceId, bin(Timestamp, 10m) | project DeviceId, \
         First, Timestamp",
        "| project DeviceName, RemoteUrl | where RemoteUrl has \"relay\"",
        "| join kind=inner (DeviceNetworkEvents | summarize Urls = dcount(RemoteUrl) by DeviceId) on DeviceId | summarize max(Urls) \
         by DeviceName",
    ] {
        let query = format!("DeviceNetworkEvents {body}");
        let rule = format!(
            "id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11\nname: n\ndescription: d\nquery: |\n  {query}\n"
        );
        let dir = folder(&[("data/DeviceNetworkEvents.ndjson", &events), ("a.yaml", &rule)]);
        let made = run(dir.path(), &["convert", "--to", "detection", "a.yaml"], "");
        let json: serde_json::Value =
            serde_json::from_str(&made.stdout).unwrap_or_else(|_| panic!("{made:?}"));
        let adapted = json["queryCondition"]["queryText"].as_str().unwrap();
        let rows = |query: &str| {
            let args = [
                "run",
                "-e",
                query,
                "--isolated",
                "--data",
                "data",
                "--now",
                "2026-11-28T12:00:00Z",
                "--output-format",
                "json",
            ];
            let ran = run(dir.path(), &args, "");
            assert_eq!(ran.code, 0, "{query}: {ran:?}");
            let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
            let names: Vec<String> = json["columns"]
                .as_array()
                .unwrap()
                .iter()
                .map(|column| column["name"].as_str().unwrap().to_owned())
                .collect();
            (names, json["rows"].as_array().unwrap().clone())
        };
        let ((names, was), (now, is)) = (rows(&query), rows(adapted));
        for required in ["Timestamp", "DeviceId", "ReportId"] {
            assert!(now.iter().any(|name| name == required), "{adapted}");
        }
        // A column of the query's own whose name a required one needs has another name.
        let place = |name: &String| {
            let renamed = now.iter().position(|other| other.starts_with(&format!("{name}_")));
            renamed
                .filter(|_| name == "Timestamp")
                .or_else(|| now.iter().position(|other| other == name))
                .unwrap()
        };
        let columns: Vec<usize> = names.iter().map(place).collect();
        let mut was: Vec<String> = was.iter().map(ToString::to_string).collect();
        let mut is: Vec<String> = is
            .iter()
            .map(|row| {
                serde_json::Value::from(columns.iter().map(|at| row[*at].clone()).collect::<Vec<_>>())
                    .to_string()
            })
            .collect();
        was.sort();
        is.sort();
        assert!(!was.is_empty());
        assert_eq!(was, is, "{query}\n{adapted}");
    }
}
