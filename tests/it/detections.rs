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

/// A clean detection, with members put over its own, by pointer.
fn detection(changes: &[(&str, serde_json::Value)]) -> serde_json::Value {
    let mut body = serde_json::json!({
        "id": "xdr-2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11",
        "displayName": "Relay reached",
        "status": "disabled",
        "queryCondition": {"queryText": "DeviceNetworkEvents\n| where RemoteUrl has \"relay.example\"\n| project Timestamp, DeviceId, ReportId, \
                                         DeviceName, RemoteUrl"},
        "schedule": {"frequency": "PT1H"},
        "detectionAction": {"alertTemplate": {
            "title": "Relay reached by {{DeviceName}}",
            "description": "A device reached the relay.",
            "severity": "medium",
            "tactics": [{"tactic": "CommandAndControl", "techniques": [{"technique": "T1219"}]}],
            "entityMappings": {"hosts": [{"deviceIdColumn": "DeviceId", "nameColumn": "DeviceName"}]},
        }},
    });
    for (pointer, value) in changes {
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(member.to_owned(), value.clone());
    }
    body
}

/// The rules with a finding in a file, with the code of the run.
fn found(name: &str, text: &str) -> (Vec<String>, i32) {
    let dir = folder(&[(name, text)]);
    let ran = run(dir.path(), &["check", name, "--isolated", "--output-format", "json"], "");
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
    let found = json["diagnostics"].as_array().unwrap().iter();
    let mut rules: Vec<String> = found.map(|one| one["rule"].as_str().unwrap().to_owned()).collect();
    rules.sort_unstable();
    rules.dedup();
    (rules, ran.code)
}

/// The service answers each of these with an error that says nothing.
#[test]
fn what_the_service_refuses_without_a_word_gets_its_reason() {
    use serde_json::json;
    const ALERT: &str = "/detectionAction/alertTemplate";
    let query = |text: &str| ("/queryCondition/queryText".to_owned(), json!(text));
    let alert = |member: &str, value: serde_json::Value| (format!("{ALERT}/{member}"), value);
    let continuous = || ("/schedule/frequency".to_owned(), json!("PT0S"));
    let rest = "project Timestamp, DeviceId, ReportId, DeviceName, RemoteUrl";
    let details: serde_json::Map<_, _> = (0..21).map(|at| (format!("d{at}"), json!("DeviceName"))).collect();
    let tactic = |name: &str| json!({"tactic": name});
    let cases = [
        ("detection-id", vec![("/id".to_owned(), json!("2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11"))]),
        ("detection-tactics", vec![alert("tactics", json!([tactic("Execution"), tactic("Impact")]))]),
        (
            "detection-missing-column",
            vec![query("DeviceNetworkEvents\n| project Timestamp, DeviceId, DeviceName")],
        ),
        (
            "detection-dynamic-columns",
            vec![alert("title", json!("{{DeviceName}} {{DeviceId}} {{RemoteUrl}} {{ReportId}}"))],
        ),
        (
            "detection-nrt-table",
            vec![
                continuous(),
                query(
                    "IdentityInfo\n| project Timestamp, ReportId, DeviceName = AccountName, DeviceId = AccountObjectId",
                ),
            ],
        ),
        (
            "detection-nrt-operator",
            vec![
                continuous(),
                query(&format!("DeviceNetworkEvents\n| join kind=inner (DeviceInfo) on DeviceId\n| {rest}")),
            ],
        ),
        (
            "detection-nrt-comment",
            vec![continuous(), query(&format!("// why\nDeviceNetworkEvents\n| {rest}"))],
        ),
        ("detection-title", vec![alert("title", json!("x".repeat(256)))]),
        ("detection-custom-details", vec![alert("customDetails", json!(details))]),
        (
            "detection-entity-column",
            vec![alert("entityMappings", json!({"hosts": [{"deviceIdColumn": "DeviceIdd"}]}))],
        ),
        (
            "detection-unknown-entity",
            vec![alert("entityMappings", json!({"host": [{"deviceIdColumn": "DeviceId"}]}))],
        ),
        ("invalid-severity", vec![alert("severity", json!("Medium"))]),
        ("detection-old-shape", vec![("/isEnabled".to_owned(), json!(true))]),
    ];
    assert_eq!(found("d.json", &format!("{:#}", detection(&[]))), (Vec::new(), 0));
    for (rule, changes) in cases {
        let changes: Vec<_> = changes.iter().map(|(path, value)| (path.as_str(), value.clone())).collect();
        let (rules, code) = found("d.json", &format!("{:#}", detection(&changes)));
        assert!(rules.contains(&rule.to_owned()) && code == 1, "{rule}: {rules:?}");
    }
}

/// A page of the list holds 1,000 rules at most: all of them are checked, each at its place, and converted.
#[test]
fn a_page_of_a_thousand_rules_is_read() {
    let one = |at: usize| {
        let wrong = if at == 999 { "Medium" } else { "medium" };
        detection(&[
            ("/id", format!("relay-{at}").into()),
            ("/displayName", format!("Relay {at}").into()),
            (
                "/detectionAction/alertTemplate/title",
                format!("Relay {at} reached by {{{{DeviceName}}}}").into(),
            ),
            ("/detectionAction/alertTemplate/severity", wrong.into()),
        ])
    };
    let page = serde_json::json!({"value": (0..1000).map(one).collect::<Vec<_>>()});
    let dir = folder(&[("page.json", &page.to_string())]);
    let checked = run(dir.path(), &["check", "page.json", "--isolated", "--output-format", "json"], "");
    let json: serde_json::Value = serde_json::from_str(&checked.stdout).unwrap();
    let of = |rule: &str| -> Vec<&str> {
        let all = json["diagnostics"].as_array().unwrap().iter();
        all.filter(|one| one["rule"] == rule)
            .map(|one| one["yaml_path"].as_str().unwrap_or_default())
            .collect()
    };
    assert_eq!(json["files"][0]["form"], "graph");
    assert_eq!(of("invalid-severity"), ["/value/999/detectionAction/alertTemplate/severity"]);
    assert_eq!(of("detection-read-only").len(), 1, "{checked:?}");
    let args = ["convert", "--to", "detection", "page.json", "-o", "out", "--notes", "notes.json"];
    assert_eq!(run(dir.path(), &args, "").code, 0);
    let rules = run(dir.path(), &["convert", "--to", "yaml", "page.json", "-o", "rules"], "");
    assert_eq!(rules.code, 0, "{rules:?}");
    let made = std::fs::read_dir(dir.path().join("rules/page/Analytic Rules")).unwrap().count();
    assert_eq!(made, 1000);
}

#[test]
fn a_detection_goes_back_to_a_rule_for_every_target() {
    let action = (
        "/detectionAction/automatedActions",
        serde_json::json!({"isolateDevices": [{"deviceIdColumn": "DeviceId"}]}),
    );
    let (plain, acting) = (detection(&[]).to_string(), detection(&[action]).to_string());
    let dir = folder(&[("d.json", &plain), ("acting.json", &acting)]);
    for (to, said) in [
        ("scheduled", "queryFrequency: 1h"),
        ("nrt", "kind: NRT"),
        ("yaml", "TimeGenerated"),
        ("arm", "Microsoft.OperationalInsights/workspaces/providers/alertRules"),
        ("bicep", "Microsoft.SecurityInsights/alertRules@"),
    ] {
        let ran = run(dir.path(), &["convert", "--to", to, "d.json"], "");
        assert!(ran.code == 0 && ran.stdout.contains(said), "{to}: {ran:?}");
        assert!(
            ran.stderr.contains("d.json:1:") && ran.stderr.contains("lost: `deviceIdColumn`"),
            "{to}: {ran:?}"
        );
        let ran = run(dir.path(), &["convert", "--to", to, "acting.json"], "");
        assert!(ran.code == 1 && ran.stderr.contains("lost: `automatedActions`"), "{to}: {ran:?}");
        assert!(ran.stdout.contains(said), "the rule is written all the same: {to}: {ran:?}");
    }
    // A prefix is put before the name once, wherever it ends up.
    for to in ["scheduled", "arm", "bicep"] {
        let ran = run(dir.path(), &["convert", "--to", to, "--name-prefix", "[Dev] ", "d.json"], "");
        assert!(ran.stdout.contains("[Dev] Relay") && !ran.stdout.contains("[Dev] [Dev]"), "{to}: {ran:?}");
    }
    // What makes the rule wrong refuses it, at its place in the detection.
    let wrong = detection(&[(
        "/detectionAction/alertTemplate/entityMappings",
        serde_json::json!({"hosts": [{"nameColumn": "Nope"}]}),
    )]);
    let dir = folder(&[("d.json", &format!("{wrong:#}"))]);
    let ran = run(dir.path(), &["convert", "--to", "scheduled", "d.json"], "");
    assert!(ran.code == 1 && ran.stdout.is_empty(), "{ran:?}");
    assert!(
        ran.stderr.contains("error: The rule would have an error here") && ran.stderr.contains("Nope"),
        "{ran:?}"
    );
}

#[test]
fn the_configuration_sets_the_options_of_detections() {
    let config = "[convert.detection]\nform = \"yaml\"\nfrequency = \"continuous\"\nname-prefix = \"[Dev] \"\nseverity = \"high\"\nenabled = true\n";
    let plain = QUERY.replace("  | where Connections > 1\n", "");
    let dir = folder(&[("sentlint.toml", config), ("a.yaml", &plain)]);
    let ran = run(dir.path(), &["convert", "--to", "detection", "a.yaml"], "");
    for said in
        ["kind: CustomDetection", "frequency: PT0S", "[Dev] Relay", "severity: high", "status: enabled"]
    {
        assert!(ran.stdout.contains(said), "{said}: {ran:?}");
    }
    let over =
        ["convert", "--to", "detection", "--form", "graph", "--frequency", "1h", "--disabled", "a.yaml"];
    let ran = run(dir.path(), &over, "");
    assert!(ran.stdout.contains("\"frequency\": \"PT1H\"") && ran.stdout.contains("\"disabled\""), "{ran:?}");
    for (wrong, said) in [
        ("form = \"graph-old\"", "`graph-old` is not a valid value"),
        ("frequency = \"often\"", "`often` is not a valid duration"),
        ("forms = \"yaml\"", "did you mean `form`?"),
    ] {
        let dir = folder(&[("sentlint.toml", &format!("[convert.detection]\n{wrong}\n")), ("a.yaml", QUERY)]);
        let ran = run(dir.path(), &["convert", "--to", "detection", "a.yaml"], "");
        assert!(
            ran.code == 2 && ran.stderr.contains(said) && ran.stderr.contains("sentlint.toml:2:"),
            "{ran:?}"
        );
    }
}

#[test]
fn bicep_has_suppressions_and_is_formatted_where_it_can_be() {
    let plain = QUERY.replace("  | where Connections > 1\n", "");
    let dir = folder(&[("a.yaml", &plain)]);
    let made = run(dir.path(), &["convert", "--to", "detection", "--form", "bicep", "a.yaml"], "");
    let wrong = made.stdout.replace("severity: 'medium'", "severity: 'Medium'");
    assert_eq!(found("d.bicep", &wrong).0, ["invalid-severity"]);
    let on_line = wrong
        .replace("severity: 'Medium'", "severity: 'Medium' // sentlint: ignore[invalid-severity] as asked");
    assert_eq!(found("d.bicep", &on_line), (Vec::new(), 0));
    let before = wrong
        .replace("      severity", "      // sentlint: ignore[invalid-severity] as asked\n      severity");
    assert_eq!(found("d.bicep", &before), (Vec::new(), 0));
    let unused = before.replace("'Medium'", "'medium'");
    assert_eq!(found("d.bicep", &unused).0, ["unused-suppression"]);
    let dir = folder(&[("d.bicep", &wrong)]);
    let added = run(dir.path(), &["check", "d.bicep", "--add-suppressions", "--reason", "later"], "");
    let text = std::fs::read_to_string(dir.path().join("d.bicep")).unwrap();
    assert!(text.contains("// sentlint: ignore[invalid-severity]"), "{added:?}\n{text}");

    let ugly = made.stdout.replace("| where RemoteUrl has", "|   where RemoteUrl   has");
    let dir = folder(&[("d.bicep", &ugly), ("d.json", &format!("{:#}", detection(&[])))]);
    let ran = run(dir.path(), &["fmt", "."], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    let text = std::fs::read_to_string(dir.path().join("d.bicep")).unwrap();
    assert!(
        text.contains("| where RemoteUrl has") && text.contains("  queryCondition: {\n    queryText: '''\n"),
        "{text}"
    );
    let json = std::fs::read_to_string(dir.path().join("d.json")).unwrap();
    assert_eq!(json, format!("{:#}", detection(&[])), "JSON is left alone");
    let unsafe_too = run(dir.path(), &["fmt", "--unsafe-fixes", "."], "");
    assert_eq!(unsafe_too.code, 0, "{unsafe_too:?}");
    assert_eq!(std::fs::read_to_string(dir.path().join("d.json")).unwrap(), json);
}

/// Our own detections, in every form that is written: clean, formatted, and what `inspect` and the way back make of them.
#[test]
fn our_own_detections_are_good_examples() {
    let root = root();
    let checked = run(&root, &["check", "content/detections", "--output-format", "json"], "");
    let json: serde_json::Value = serde_json::from_str(&checked.stdout).unwrap();
    assert!(checked.code == 0 && json["diagnostics"].as_array().unwrap().is_empty(), "{checked:?}");
    assert_eq!(run(&root, &["fmt", "--check", "content/detections"], "").code, 0);
    let inspected = run(&root, &["inspect", "content/detections", "--output-format", "json"], "");
    let json: serde_json::Value = serde_json::from_str(&inspected.stdout).unwrap();
    let mut told = String::new();
    for file in json["files"].as_array().unwrap().iter().filter(|file| file["kind"] == "custom-detection") {
        let columns = file["query"]["result"]["columns"].as_array().unwrap().iter();
        let names: Vec<&str> = columns.map(|column| column["name"].as_str().unwrap()).collect();
        let text = |key: &str| file[key].as_str().unwrap().to_owned();
        told += &format!("{} {}: {}\n", text("path"), text("form"), names.join(", "));
        let back = run(&root, &["convert", "--to", "yaml", &text("path")], "");
        assert_eq!(back.code, 0, "{back:?}");
        told += &back.stderr;
        told += &back.stdout;
    }
    crate::checked::pin("detections_back", &told);
}

#[test]
fn a_detection_whose_source_has_another_query_is_reported() {
    let dir = folder(&[("in/a.yaml", QUERY)]);
    let made = run(dir.path(), &["convert", "--to", "detection", "--form", "yaml", "in", "-o", "out"], "");
    assert_eq!(made.code, 0, "{made:?}");
    let args = ["check", "--isolated", "--select", "detection-provenance", "--output-format", "concise", "."];
    assert!(run(dir.path(), &args, "").stdout.contains("nothing found"));
    std::fs::write(dir.path().join("in/a.yaml"), QUERY.replace("> 1", "> 2")).unwrap();
    let changed = run(dir.path(), &args, "");
    let said = "The query of in/a.yaml has changed since the detection was made from it";
    assert!(changed.stdout.contains("out/a.yaml:") && changed.stdout.contains(said), "{changed:?}");
}

#[test]
fn what_detections_cover_is_counted_in_either_shape() {
    let old = "{\"displayName\": \"n\", \"isEnabled\": true, \"queryCondition\": {\"queryText\": \"DeviceEvents\"}, \"schedule\": \
               {\"period\": \"1H\"}, \"detectionAction\": {\"alertTemplate\": {\"title\": \"t\", \"category\": \"Execution\", \
               \"mitreTechniques\": [\"T1059.001\"]}}}\n";
    let dir = folder(&[("a.json", old)]);
    let made = run(dir.path(), &["new", "custom-detection", "--form", "bicep"], "");
    std::fs::write(dir.path().join("b.bicep"), &made.stdout).unwrap();
    let ran = run(dir.path(), &["coverage", "--output-format", "json"], "");
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let content = report["content"].as_array().unwrap();
    assert_eq!(content.len(), 2, "{ran:?}");
    assert!(content.iter().all(|one| one["kind"] == "custom-detection"), "{ran:?}");
    let covered = |id: &str| {
        let techniques = report["techniques"].as_array().unwrap();
        techniques.iter().any(|one| one["id"] == id && one["content"] == 1)
    };
    assert!(covered("T1059.001") && covered("T1059") && covered("T1219") && !covered("T1218"), "{ran:?}");
}
