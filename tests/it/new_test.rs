//! `sentlint new test`: for each construct that it solves, a query whose tests it writes and that pass; what it says where
//! it cannot.

use crate::common::{folder, run};

/// Queries that events can be made for, and near misses.
const SOLVED: &[(&str, &str)] = &[
    ("equality", "SigninLogs | where ResultType == '50126' and AppDisplayName =~ 'Portal' and UserId != 'x'"),
    (
        "words",
        "DeviceProcessEvents | where ProcessCommandLine has_all ('tunnel', 'code') and FileName startswith 'co' and FileName endswith '.exe' and FolderPath !contains 'temp'",
    ),
    (
        "lists",
        "let names = dynamic(['a.exe', 'b.exe']); DeviceFileEvents | where FileName in~ (names) and SHA1 !in ('1') | where FolderPath has_any ('users', 'public')",
    ),
    (
        "ranges",
        "DeviceNetworkEvents | where RemotePort between (8000 .. 8010) and LocalPort > 1024 and LocalPort <= 2000 | where not(InitiatingProcessId < 10)",
    ),
    (
        "patterns",
        r"DeviceProcessEvents | where ProcessCommandLine matches regex @'(?i)\bpow\w+\s+-enc\s+[A-Za-z0-9+/=]{24,}$'",
    ),
    ("time", "DeviceInfo | where Timestamp between (ago(3d) .. ago(1d)) | where isnotempty(DeviceName)"),
    (
        "windows",
        "SigninLogs | where TimeGenerated >= todatetime('{{StartTimeISO}}') and UserPrincipalName contains 'adm'",
    ),
    (
        "alternatives",
        "SecurityEvent | where (EventID == 4688 and Process =~ 'a.exe') or EventID == 4624 and not(LogonType in (2, 3))",
    ),
    (
        "join",
        "DeviceLogonEvents | where LogonType == 'Network' | join kind=inner (DeviceProcessEvents | where FileName == 'psexec.exe' | project DeviceId, Started = Timestamp) on DeviceId | where Started > Timestamp and Started - Timestamp < 10m",
    ),
    (
        "subquery",
        "let bad = DeviceFileEvents | where FileName == 'bad.exe' | distinct SHA1; DeviceProcessEvents | where SHA1 in (bad) and isnotempty(SHA1)",
    ),
    (
        "anti join",
        "DeviceInfo | where OSPlatform == 'Linux' | join kind=leftanti (DeviceNetworkInfo | where NetworkAdapterStatus == 'Up') on DeviceId",
    ),
    (
        "threshold",
        "SigninLogs | where ResultType == '50126' | summarize Failures = count(), Users = dcount(UserPrincipalName) by IPAddress, bin(TimeGenerated, 1h) | where Failures >= 5 and Users > 3",
    ),
    (
        "two counts",
        "SigninLogs | summarize Bad = countif(ResultType != '0'), Good = countif(ResultType == '0') by UserPrincipalName | where Bad >= 3 and Good >= 1",
    ),
    (
        "sets",
        "DeviceProcessEvents | summarize Files = make_set(FileName) by DeviceName | where array_length(Files) >= 2 and Files has 'net.exe'",
    ),
    (
        "dynamic",
        "AuditLogs | where OperationName == 'Add member' | extend Who = tostring(InitiatedBy.user.userPrincipalName), To = tostring(TargetResources[0].displayName) | where Who endswith '@contoso.example' and To =~ 'Admins'",
    ),
    (
        "json",
        "CloudAppEvents | extend Raw = parse_json(tostring(RawEventData)) | where Raw.Operation == 'Set-Mailbox' and toint(Raw.Count) > 4",
    ),
    (
        "expand",
        "AuditLogs | mv-expand Target = TargetResources | where Target.type == 'User' and tostring(Target.id) != ''",
    ),
    (
        "apply",
        "AuditLogs | mv-apply Property = TargetResources on (where Property.type == 'App' | extend App = tostring(Property.displayName)) | where App has 'Sync'",
    ),
    (
        "parse",
        "Syslog | where ProcessName == 'sshd' | parse SyslogMessage with * 'Failed password for ' User ' from ' Address ' port ' Port:long ' ' * | where User == 'root' and Port > 1000",
    ),
    (
        "extract",
        r"DeviceProcessEvents | extend Host = extract(@'https?://([^/\s]+)', 1, ProcessCommandLine) | where Host endswith '.example'",
    ),
    (
        "split",
        "SigninLogs | extend Domain = tostring(split(UserPrincipalName, '@')[1]), Lower = tolower(AppDisplayName) | where Domain == 'contoso.example' and Lower has 'portal'",
    ),
    (
        "computed",
        "DeviceNetworkEvents | extend Whole = strcat(RemoteIP, ':', tostring(RemotePort)), Kind = iff(RemotePort == 443, 'tls', 'other') | where Kind == 'tls' and Whole startswith '203.'",
    ),
    (
        "networks",
        "DeviceNetworkEvents | where not(ipv4_is_private(RemoteIP)) and ipv4_is_in_range(LocalIP, '10.1.0.0/16')",
    ),
    ("union", "union DeviceFileEvents, DeviceImageLoadEvents | where FileName == 'x.dll'"),
    (
        "datatable",
        "let known = datatable(Name: string, Level: int) ['a.exe', 1, 'b.exe', 7]; DeviceProcessEvents | join kind=inner known on $left.FileName == $right.Name | where ProcessCommandLine has 'run'",
    ),
    (
        "watchlist",
        "DeviceProcessEvents | where DeviceName in ((_GetWatchlist('Servers') | project SearchKey)) and FileName == 'cmd.exe'",
    ),
    (
        "external",
        "let feed = externaldata(Domain: string)['https://feeds.example/domains.csv'] with (format='csv'); DeviceNetworkEvents | where RemoteUrl has_any (feed) and RemotePort == 443",
    ),
];

#[test]
fn each_construct_gets_events_that_are_found_and_near_misses() {
    for (what, query) in SOLVED {
        let dir = folder(&[("q.kql", query)]);
        let ran = run(dir.path(), &["new", "test", "--isolated", "q.kql"], "");
        assert_eq!(ran.code, 0, "{what}: {ran:?}");
        let written = std::fs::read_to_string(dir.path().join("q.test.yaml")).unwrap();
        let tested = run(dir.path(), &["test", "--isolated", "--output-format", "json"], "");
        let report: serde_json::Value = serde_json::from_str(&tested.stdout).unwrap();
        let tests = report["tests"].as_array().unwrap();
        let rows = |found: bool| {
            tests.iter().any(|test| {
                test["state"] == "passed" && test["rows"].as_u64().is_some_and(|rows| (rows > 0) == found)
            })
        };
        assert!(tested.code == 0 && rows(true) && rows(false), "{what}: {written}\n{}", tested.stdout);
    }
}

#[test]
fn what_cannot_be_solved_is_said_with_its_place() {
    let query =
        "DeviceProcessEvents\n| where FileName == 'a.exe'\n| where hash_sha256(ProcessCommandLine) == 'ab'\n";
    let dir = folder(&[("q.kql", query), ("fine.kql", "DeviceInfo | where DeviceName == 'pc-1'")]);
    let ran = run(dir.path(), &["new", "test", "--isolated", "q.kql", "fine.kql"], "");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("q.kql: no events were found that the query returns rows for"), "{ran:?}");
    assert!(ran.stderr.contains("q.kql:3:3: not solved: `hash_sha256`"), "{ran:?}");
    assert!(!dir.path().join("q.test.yaml").exists() && dir.path().join("fine.test.yaml").exists());
}

#[test]
fn a_rule_gets_the_number_of_its_alerts_and_events_within_its_period() {
    let rule = run(std::path::Path::new("."), &["new", "scheduled-rule"], "").stdout;
    let dir = folder(&[("rule.yaml", &rule)]);
    let ran = run(dir.path(), &["new", "test", "--isolated", "rule.yaml"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    let written = std::fs::read_to_string(dir.path().join("rule.test.yaml")).unwrap();
    assert!(written.contains("alerts: 1") && written.contains("relay.example"), "{written}");
    assert_eq!(run(dir.path(), &["test", "--isolated"], "").code, 0);
}

#[test]
fn a_file_that_exists_is_kept_and_standard_output_can_be_written_to() {
    let dir = folder(&[("q.kql", "DeviceInfo | where DeviceName == 'pc-1'"), ("q.test.yaml", "mine")]);
    let ran = run(dir.path(), &["new", "test", "--isolated", "q.kql"], "");
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("`q.test.yaml` already exists; use --force to overwrite it"), "{ran:?}");
    let printed = run(dir.path(), &["new", "test", "--isolated", "q.kql", "-o", "-"], "");
    assert_eq!(printed.code, 0, "{printed:?}");
    assert!(
        printed.stdout.contains("DeviceName: pc-1") && printed.stdout.contains("now: 2026-11-25T12:00:00Z")
    );
    assert_eq!(std::fs::read_to_string(dir.path().join("q.test.yaml")).unwrap(), "mine");
    let wrong = run(dir.path(), &["new", "test", "--isolated", "-e"], "");
    assert_eq!(wrong.code, 2);
    let other = run(dir.path(), &["new", "hunting-query", "q.kql"], "");
    assert!(other.code == 2 && other.stderr.contains("only `sentlint new test` takes files"), "{other:?}");
}
