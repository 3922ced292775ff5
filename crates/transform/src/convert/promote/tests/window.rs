//! When the rule runs and how far it looks back.

use super::*;

#[test]
fn the_schedule_follows_the_look_back() {
    for (query, frequency, period) in [
        ("SigninLogs | project TimeGenerated", "1h", "1h"),
        ("SigninLogs | where TimeGenerated > ago(20m)", "1h", "1h"),
        ("SigninLogs | where TimeGenerated > ago(5h)", "1d", "1d"),
        ("SigninLogs | where TimeGenerated > ago(24h)", "1d", "1d"),
        ("let timeframe = 7d;\nSigninLogs | where TimeGenerated > ago(timeframe)", "1d", "7d"),
        ("SigninLogs | where TimeGenerated between (ago(14d) .. ago(1d))", "1d", "14d"),
        ("SigninLogs | where TimeGenerated > startofday(ago(3d))", "1d", "4d"),
        ("SigninLogs | where TimeGenerated > startofday(ago(14d))", "1d", "14d"),
        ("SigninLogs | where TimeGenerated > ago(36h)", "1d", "36h"),
    ] {
        let promoted = of(query, &Options::default());
        assert_eq!(schedule(&promoted), (frequency.to_owned(), period.to_owned()), "{query}");
        assert_eq!(self::query(&promoted).trim_end(), query);
    }
}

#[test]
fn options_settle_the_schedule_and_a_rule_never_misses_what_comes() {
    let week = "SigninLogs | where TimeGenerated > ago(7d)";
    for (query, frequency, period, most, expected) in [
        (week, "1h", "", "", ("1h", "7d")),
        (week, "", "2d", "", ("1d", "2d")),
        (week, "", "1h", "", ("1h", "1h")),
        (week, "", "", "3d", ("1d", "3d")),
        (week, "", "", "14d", ("1d", "7d")),
        ("SigninLogs | where TimeGenerated > ago(30d)", "", "", "14d", ("1d", "14d")),
        ("SigninLogs", "6h", "", "", ("6h", "6h")),
        ("SigninLogs", "10m", "", "", ("10m", "10m")),
        ("SigninLogs", "", "", "30m", ("30m", "30m")),
    ] {
        let asked = |text: &str| (!text.is_empty()).then(|| duration(text));
        let options = Options {
            frequency: asked(frequency),
            period: asked(period),
            max_period: asked(most),
            ..Options::default()
        };
        let found = schedule(&of(query, &options));
        assert_eq!((found.0.as_str(), found.1.as_str()), expected, "{query} {frequency} {period} {most}");
    }
    let options = Options { frequency: Some(duration("5m")), ..Options::default() };
    assert_eq!(
        questions(week, &options),
        ["A rule that looks back 7d can run at most once an hour Use `--frequency 1h`."]
    );
    let options =
        Options { frequency: Some(duration("1d")), period: Some(duration("1h")), ..Options::default() };
    assert!(questions(week, &options)[0].contains("misses the events in between Use `--period 1d`"));
}

#[test]
fn what_a_rule_cannot_look_at_is_a_question_with_its_answer() {
    for (query, expected) in [
        (
            "SigninLogs | where TimeGenerated > ago(30d)",
            "The query looks back 30d; a rule can look back at most 14d `--max-period 14d`",
        ),
        (
            "SigninLogs | where TimeGenerated < ago(3d)",
            "The query looks at all events before `ago(3d)` Set how far back with `--period`",
        ),
        (
            "let t = toscalar(SigninLogs | summarize count()); SigninLogs | where TimeGenerated > ago(t * 1d)",
            "cannot be determined from `ago(t * 1d)` Set it with `--period`",
        ),
        (
            "SigninLogs | where TimeGenerated between (datetime(2026-01-01) .. datetime(2026-01-02))",
            "`datetime(2026-01-02)`, but a rule looks at recent events Remove the date",
        ),
        (
            "let s = totimespan('{{StartTimeISO}}'); SigninLogs | where TimeGenerated > ago(1d)",
            "`{{StartTimeISO}}` is only filled in by the hunting page",
        ),
        ("search \"x\"", "`search` over every table is not allowed in a rule List the tables"),
        ("union * | where TimeGenerated > ago(1d)", "`union` over every table"),
        ("adx('x').T | take 1", "`adx()` queries Azure Data Explorer"),
        (
            "AADSignInEventsBeta | take 1",
            "The table `AADSignInEventsBeta` only exists in advanced hunting in Defender, not in workspaces",
        ),
        (
            "DeviceFileEvents | invoke FileProfile(SHA1, 1000)",
            "The function `FileProfile()` only exists in advanced hunting",
        ),
        ("SigninLogs | where ((", "The query has a syntax error"),
    ] {
        let asked = questions(query, &Options::default());
        assert!(asked.iter().any(|question| question.contains(expected)), "{query}: {asked:#?}");
    }
    let long = format!("SigninLogs | where UserPrincipalName == '{}'", "x".repeat(10_000));
    assert!(questions(&long, &Options::default())[0].contains("can have at most 10000"));
    // An answer is an answer.
    let options = Options { period: Some(duration("14d")), ..Options::default() };
    assert_eq!(
        schedule(&of("SigninLogs | where TimeGenerated < ago(3d)", &options)),
        ("1d".into(), "14d".into())
    );
    // What a pipe stands before only looks at the rows that come.
    of("SigninLogs | search \"x\"", &Options::default());
}

#[test]
fn placeholders_become_the_time_since_the_rule_last_ran() {
    let text = "let starttime = todatetime('{{StartTimeISO}}');
let endtime = todatetime('{{EndTimeISO}}');
let lookback = starttime - 7d;
SigninLogs
| where TimeGenerated between (lookback .. endtime)";
    let promoted = of(text, &Options::default());
    assert_eq!(schedule(&promoted), ("1d".into(), "8d".into()));
    assert!(
        query(&promoted).starts_with("let starttime = ago(1d);\nlet endtime = now();\n"),
        "{}",
        promoted.text
    );
    let changed = remarks(&promoted, Level::Change);
    assert_eq!(changed.len(), 2);
    assert!(changed[0].contains("in the 1d since its last run"), "{changed:?}");
    let options = Options { frequency: Some(duration("6h")), ..Options::default() };
    let promoted = of(text, &options);
    assert_eq!(schedule(&promoted), ("6h".into(), "174h".into()));
    assert!(query(&promoted).starts_with("let starttime = ago(6h);"));
    assert!(questions(&text.replace("7d", "14d"), &Options::default())[0].contains("`--max-period 14d`"));
}

#[test]
fn nrt_rules_read_one_workspace_and_do_not_look_back() {
    let nrt = Options { nrt: true, ..Options::default() };
    let promoted = of("DeviceEvents | where ActionType == 'x'", &nrt);
    assert_eq!(value(&promoted, "/kind").unwrap(), "NRT");
    for key in ["/queryFrequency", "/queryPeriod", "/triggerOperator", "/triggerThreshold"] {
        assert_eq!(value(&promoted, key), None, "{key}");
    }
    for (query, expected) in [
        ("DeviceEvents | where Timestamp > ago(7d)", "The query looks back 7d, but an NRT rule"),
        ("workspace('x').DeviceEvents | take 1", "not supported in NRT rules"),
        ("union DeviceEvents, adx('x').T", "`adx()` queries Azure Data Explorer"),
    ] {
        let asked = questions(query, &nrt);
        assert!(asked.iter().any(|question| question.contains(expected)), "{query}: {asked:#?}");
    }
    for query in [
        "DeviceEvents | join DeviceInfo on DeviceId",
        "union DeviceEvents, DeviceInfo",
        "let names = DeviceInfo | project DeviceName; DeviceEvents | where DeviceName in (names)",
    ] {
        assert_eq!(value(&of(query, &nrt), "/kind").unwrap(), "NRT", "{query}");
    }
}

#[test]
fn windows_can_be_removed_where_they_are_no_more_than_that() {
    let nrt = Options { nrt: true, drop_window: true, ..Options::default() };
    for (before, after) in [
        ("DeviceEvents\n| where Timestamp > ago(7d)\n| where A == 1", "DeviceEvents\n| where A == 1"),
        ("DeviceEvents | where Timestamp > ago(7d) and A == 1", "DeviceEvents | where A == 1"),
        (
            "DeviceEvents | where A == 1 and Timestamp > ago(7d) and B == 2",
            "DeviceEvents | where A == 1 and B == 2",
        ),
        (
            "let s = now(-5d); let e = now(); DeviceEvents | where Timestamp between (s .. e)",
            "let s = now(-5d); let e = now(); DeviceEvents ",
        ),
    ] {
        let content = hunting(TACTICS, before);
        let promoted = made(&content, &nrt).unwrap();
        assert_eq!(query(&promoted).trim_end_matches('\n'), after);
    }
    // A baseline is more, and so is a window beside another.
    for query in [
        "DeviceEvents | where Timestamp between (ago(7d) .. ago(1d))",
        "DeviceEvents | where Timestamp > ago(7d) or A == 1",
        "DeviceEvents | summarize C = countif(Timestamp > ago(1h)) by DeviceId",
        "DeviceEvents | where Timestamp > ago(7d) | where not(Timestamp > ago(1h))",
    ] {
        assert!(questions(query, &nrt)[0].contains("looks back"), "{query}");
    }
    // Without its window a rule looks at what came since it last ran.
    let promoted =
        of("DeviceEvents | where Timestamp > ago(7d)", &Options { drop_window: true, ..Options::default() });
    assert_eq!(schedule(&promoted), ("1d".into(), "1d".into()));
    assert_eq!(query(&promoted).trim_end(), "DeviceEvents");
    let repeats = |query: &str, options: &Options| {
        let promoted = of(query, options);
        promoted
            .notes
            .iter()
            .any(|note| note.rule.id == "alerts-repeat" && note.message.contains("in 7 runs"))
    };
    assert!(repeats("DeviceEvents | where Timestamp > ago(7d)", &Options::default()));
    for (query, options) in [
        ("DeviceEvents | where Timestamp > ago(7d)", Options { drop_window: true, ..Options::default() }),
        (
            "DeviceEvents | where Timestamp > ago(7d)",
            Options { frequency: Some(duration("7d")), ..Options::default() },
        ),
        ("DeviceEvents | where Timestamp > ago(1d)", Options::default()),
        (
            "let known = DeviceInfo | where Timestamp > ago(7d) | distinct DeviceId;\n\
             DeviceEvents | where Timestamp > ago(1d) | where DeviceId !in (known)",
            Options::default(),
        ),
    ] {
        assert!(!repeats(query, &options), "{query}");
    }
    let counted = of("DeviceEvents | where Timestamp > ago(7d) | summarize count() by DeviceName", &nrt);
    assert!(
        remarks(&counted, Level::Warning)
            .iter()
            .any(|text| text.starts_with("`summarize` now aggregates the events of about a minute"))
    );
}
