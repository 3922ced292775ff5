//! `sentlint run` as its users meet it: data, outputs, and what is said when something is wrong.

use crate::common::{folder, run};

const EVENTS: &str = "{\"TimeGenerated\":\"2026-11-28T10:00:00.1234567Z\",\"EventID\":4624,\"Account\":\"a\\\\b\"}\n\
                      {\"TimeGenerated\":\"2026-11-28T11:00:00Z\",\"EventID\":4625,\"Account\":\"c\"}\n";

fn in_events(args: &[&str]) -> crate::common::Ran {
    let dir = folder(&[
        ("data/SecurityEvent.ndjson", EVENTS),
        ("q.kql", "SecurityEvent\n| where EventID == 4624\n| project TimeGenerated, EventID, Account\n"),
        ("rule.yaml", crate::common::CLEAN),
    ]);
    run(dir.path(), args, "")
}

#[test]
fn rows_are_printed_in_every_format() {
    let base = ["run", "q.kql", "--isolated", "--data", "data", "--output-format"];
    for (format, expected) in [
        (
            "table",
            "TimeGenerated                 EventID  Account\n----------------------------  -------  -------\n\
             2026-11-28T10:00:00.1234567Z     4624  a\\b\n1 row\n",
        ),
        (
            "json",
            "{\"version\":1,\"columns\":[{\"name\":\"TimeGenerated\",\"type\":\"datetime\"},{\"name\":\"EventID\",\"type\":\"int\"},\
             {\"name\":\"Account\",\"type\":\"string\"}],\"rows\":[\n[\"2026-11-28T10:00:00.1234567Z\",4624,\"a\\\\b\"]]}\n",
        ),
        ("csv", "TimeGenerated,EventID,Account\n2026-11-28T10:00:00.1234567Z,4624,a\\b\n"),
        (
            "ndjson",
            "{\"TimeGenerated\":\"2026-11-28T10:00:00.1234567Z\",\"EventID\":4624,\"Account\":\"a\\\\b\"}\n",
        ),
    ] {
        let ran = in_events(&[&base[..], &[format]].concat());
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, expected, ""), "{format}");
    }
}

#[test]
fn a_query_comes_from_text_and_from_standard_input() {
    let dir = folder(&[]);
    let ran = run(
        dir.path(),
        &["run", "-e", "print n = now()", "--now", "2026-11-28", "--output-format", "csv"],
        "",
    );
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "n\n2026-11-28T00:00:00.0000000Z\n"));
    let ran = run(dir.path(), &["run", "-", "--output-format", "csv"], "print\n\n  9223372036854775807\n");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "print_0\n9223372036854775807\n"));
}

#[test]
fn every_operator_tells_its_rows() {
    let ran = in_events(&["run", "q.kql", "--data", "data", "--explain", "--output-format", "csv"]);
    assert_eq!(ran.stderr, "q.kql:2:3: where: 2 in, 1 out\nq.kql:3:3: project: 1 in, 1 out\n", "{ran:?}");
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (args, expected) in [
        (vec!["-e", "print x = "], "-e:1:10: error: "),
        (vec!["-e", "print strlen(1, 2)"], "-e:1:7: error: "),
        (
            vec!["q.kql"],
            "q.kql:1:1: error: the table `SecurityEvent` has no data: give `SecurityEvent.ndjson`",
        ),
        (
            vec!["-e", "print 1 | evaluate autocluster()"],
            "-e:1:20: error: the plug-in `autocluster` cannot be run",
        ),
        (vec!["-e", "print 1", "--now", "noon"], "error: --now: `noon` is not a time"),
        (vec!["-e", "print 1", "--external", "x"], "error: --external: `x` is not `URL=PATH`"),
        (vec!["no.kql"], "error: cannot read `no.kql`"),
        (vec!["q.kql", "--data", "nothing"], "error: --data: cannot read `nothing`"),
    ] {
        let ran = in_events(&[&["run"], args.as_slice()].concat());
        assert_eq!(ran.code, 2, "{args:?} {ran:?}");
        assert!(ran.stderr.starts_with(expected), "{args:?}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{args:?}");
    }
}

#[test]
fn mistakes_in_data_name_file_and_line() {
    for (name, text, expected) in [
        (
            "SecurityEvent.ndjson",
            "{\"EventID\":1}\n{\"EventID\":}\n",
            "SecurityEvent.ndjson:2: this is not valid JSON",
        ),
        (
            "SecurityEvent.ndjson",
            "\n{\"EventId\":1}\n",
            "SecurityEvent.ndjson:2: the table has no column `EventId`; did you mean `EventID`?",
        ),
        (
            "SecurityEvent.json",
            "[\n {\"EventID\":1},\n {\"EventID\":\"x\"}\n]",
            "SecurityEvent.json:3: `EventID` is `int`, and `x` is not one",
        ),
        (
            "SecurityEvent.json",
            "{\"EventID\":1}",
            "SecurityEvent.json:1: the file must hold an array of rows",
        ),
        (
            "SecurityEvent.csv",
            "EventID,TimeGenerated\n1,2026-01-01\n2,soon\n",
            "SecurityEvent.csv:3: `TimeGenerated` is `datetime`, and `soon` is not one",
        ),
        ("SecurityEvent.csv", "EventID\n1,2\n", "SecurityEvent.csv:2: this is not valid CSV"),
    ] {
        let dir = folder(&[(name, text)]);
        let ran = run(dir.path(), &["run", "-e", "SecurityEvent | count", "--data", name], "");
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.stderr.contains(expected), "{expected}: {}", ran.stderr);
    }
}

#[test]
fn tables_watchlists_and_addresses_come_from_files() {
    let dir = folder(&[
        ("data/Own.csv", "Name,Size\nx,9007199254740993\n"),
        ("lists/Allowed.csv", "SearchKey,Note\npc-9,ok\n"),
        ("feed.csv", "ip,score\n10.0.0.1,7\n"),
    ]);
    let base = ["run", "--isolated", "--output-format", "csv", "-e"];
    let ran = run(dir.path(), &[&base[..], &["Own | extend s = Size + 1", "--data", "data"]].concat(), "");
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (0, "Name,Size,s\nx,9007199254740993,9007199254740994\n"),
        "{ran:?}"
    );
    let ran = run(
        dir.path(),
        &[&base[..], &["_GetWatchlist('Allowed') | project SearchKey, Note", "--watchlists", "lists"]]
            .concat(),
        "",
    );
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "SearchKey,Note\npc-9,ok\n"), "{ran:?}");
    let query = "externaldata(ip:string, score:long)['https://x/feed.csv'] with (format='csv', ignoreFirstRecord=true)";
    let ran =
        run(dir.path(), &[&base[..], &[query, "--external", "https://x/feed.csv=feed.csv"]].concat(), "");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "ip,score\n10.0.0.1,7\n"), "{ran:?}");
    let ran = run(dir.path(), &[&base[..], &[query]].concat(), "");
    assert!(ran.code == 2 && ran.stderr.contains("nothing is loaded from the network"), "{ran:?}");
}
