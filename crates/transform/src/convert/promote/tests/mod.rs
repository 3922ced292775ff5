use std::sync::Arc;

use super::{IdSource, Options, Promoted, TacticAnswer, notes, promote};
use crate::content::{Content, Duration, Kind, Template};
use crate::diagnostic::{Diagnostic, NoteKind, Severity};
use crate::source::SourceFile;
use crate::workspace::View;

mod window;

const ID: &str = "2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11";

/// A hunting query with some keys, and its query.
fn hunting(keys: &str, query: &str) -> Content {
    let indented: String = query.lines().flat_map(|line| ["  ", line, "\n"]).collect();
    let text = format!(
        "id: {ID}\nname: Remote tool reached its relay\ndescription: |\n  Identifies hosts.\n{keys}query: |\n{indented}"
    );
    let content = Content::read(Arc::new(SourceFile::new("a.yaml", text)), "/x/a.yaml");
    assert_eq!(content.kind, Kind::HuntingQuery);
    content
}

const TACTICS: &str = "tactics:\n  - CommandAndControl\nrelevantTechniques:\n  - T1219\n";

fn made(content: &Content, options: &Options) -> Result<Promoted, Vec<Diagnostic>> {
    promote(content, options, &View::new(Vec::new()))
}

fn of(query: &str, options: &Options) -> Promoted {
    made(&hunting(TACTICS, query), options).unwrap()
}

fn questions(query: &str, options: &Options) -> Vec<String> {
    let content = hunting(TACTICS, query);
    let asked = made(&content, options).unwrap_err();
    asked
        .iter()
        .map(|question| format!("{} {}", question.message, question.help.as_deref().unwrap_or_default()))
        .collect()
}

/// The value of a key of the rule.
fn value(promoted: &Promoted, pointer: &str) -> Option<String> {
    let file = SourceFile::new("rule.yaml", promoted.text.clone());
    let read = crate::yaml::parse(&file);
    assert!(read.errors.is_empty(), "{}", promoted.text);
    read.root?.pointer(pointer)?.as_str().map(str::to_owned)
}

fn schedule(promoted: &Promoted) -> (String, String) {
    (value(promoted, "/queryFrequency").unwrap(), value(promoted, "/queryPeriod").unwrap())
}

fn query(promoted: &Promoted) -> String {
    value(promoted, "/query").unwrap()
}

/// Whether a note tells of a change of the query.
fn is_change(note: &Diagnostic) -> bool {
    matches!(note.rule.note, Some(NoteKind::Changed | NoteKind::Added)) && *note.rule != notes::TACTIC_RESPELT
}

/// How much a note matters.
#[derive(Clone, Copy, PartialEq)]
enum Level {
    Info,
    Change,
    Warning,
}

fn remarks(promoted: &Promoted, level: Level) -> Vec<&str> {
    let level_of = |note: &Diagnostic| match note.severity {
        _ if is_change(note) => Level::Change,
        Severity::Info => Level::Info,
        _ => Level::Warning,
    };
    let notes = promoted.notes.iter().filter(|note| level_of(note) == level);
    notes.map(|note| note.message.as_str()).collect()
}

fn duration(text: &str) -> Duration {
    Duration::parse(text).unwrap()
}

#[test]
fn columns_of_defender_tables_are_renamed_and_nothing_else() {
    for (before, after) in [
        (
            "DeviceEvents // Timestamp\n| where Timestamp > ago(1h) and ActionType != 'Timestamp'",
            "DeviceEvents // Timestamp\n| where TimeGenerated > ago(1h) and ActionType != 'Timestamp'",
        ),
        // The name of a column may stand in a string, where the rows have it.
        (
            "DeviceEvents | extend When = column_ifexists(\"Timestamp\", now()) | where AccountName != \"Timestamp\"",
            "DeviceEvents | extend When = column_ifexists(\"TimeGenerated\", now()) | where AccountName != \"Timestamp\"",
        ),
        (
            "DeviceEvents | make-graph AccountName --> DeviceName with_node_id=Id | graph-match (a)-[e]->(b) where e.Timestamp > ago(1h) project a.Id",
            "DeviceEvents | make-graph AccountName --> DeviceName with_node_id=Id | graph-match (a)-[e]->(b) where e.TimeGenerated > ago(1h) project a.Id",
        ),
        // What follows from a renamed column is renamed with it.
        (
            "DeviceEvents | summarize max(Timestamp) by bin(Timestamp, 1h) | where max_Timestamp > Timestamp",
            "DeviceEvents | summarize max(TimeGenerated) by bin(TimeGenerated, 1h) | where max_TimeGenerated > TimeGenerated",
        ),
        (
            "DeviceEvents | join DeviceInfo on DeviceId | where Timestamp1 > $left.Timestamp",
            "DeviceEvents | join DeviceInfo on DeviceId | where TimeGenerated1 > $left.TimeGenerated",
        ),
        // The query's own column keeps its name, from where it is made.
        (
            "DeviceEvents | extend Timestamp = bin(Timestamp, 1d) | where Timestamp > ago(1h)",
            "DeviceEvents | extend Timestamp = bin(TimeGenerated, 1d) | where Timestamp > ago(1h)",
        ),
        (
            "DeviceEvents | project-rename Timestamp = TimeGenerated | sort by Timestamp",
            "DeviceEvents | project-rename Timestamp = TimeGenerated | sort by Timestamp",
        ),
        // A part of a value is not a column.
        (
            "DeviceEvents | extend X = AdditionalFields.Timestamp, Y = AdditionalFields[\"Timestamp\"]",
            "DeviceEvents | extend X = AdditionalFields.Timestamp, Y = AdditionalFields[\"Timestamp\"]",
        ),
        // Other tables may have such a column.
        ("Mine_CL | where Timestamp > ago(1h)", "Mine_CL | where Timestamp > ago(1h)"),
        // Where columns are not known in full, the name has to tell.
        (
            "DeviceEvents | invoke Enrich() | project ['Timestamp'], DeviceName",
            "DeviceEvents | invoke Enrich() | project ['TimeGenerated'], DeviceName",
        ),
        ("union Device* | where Timestamp > ago(1h)", "union Device* | where TimeGenerated > ago(1h)"),
        // What the query makes to meet such a column in a union is called otherwise too.
        (
            "union DeviceEvents, (SigninLogs | project Timestamp = TimeGenerated) | where Timestamp > ago(1h)",
            "union DeviceEvents, (SigninLogs | project TimeGenerated = TimeGenerated) | where TimeGenerated > ago(1h)",
        ),
        // A step of `scan` has the columns of the rows.
        (
            "DeviceEvents | sort by Timestamp asc | scan with (step a: true; step b: Timestamp - a.Timestamp < 1h;)",
            "DeviceEvents | sort by TimeGenerated asc | scan with (step a: true; step b: TimeGenerated - a.TimeGenerated < 1h;)",
        ),
    ] {
        let promoted = of(before, &Options { unchecked: true, ..Options::default() });
        assert_eq!(query(&promoted).trim_end(), after);
        let count = after.matches("TimeGenerated").count() - before.matches("TimeGenerated").count();
        assert_eq!(remarks(&promoted, Level::Change).len(), count, "{before}");
    }
}

#[test]
fn changes_are_reported_at_their_place_and_written_as_comments() {
    let text =
        "DeviceEvents\n| where Timestamp > ago(1h)\n| summarize count() by DeviceName\n| render barchart\n";
    let content = hunting(TACTICS, text);
    let promoted = made(&content, &Options { explain: true, ..Options::default() }).unwrap();
    let change = promoted.notes.iter().find(|note| is_change(note)).unwrap();
    assert_eq!(content.source.slice(change.span), "Timestamp");
    assert_eq!(
        query(&promoted),
        "DeviceEvents\n// `Timestamp` is `TimeGenerated` in a workspace.\n| where TimeGenerated > ago(1h)\n\
         // `render barchart` has no effect in a rule.\n| summarize count() by DeviceName\n"
    );
    assert!(
        promoted
            .text
            .contains("# The hunting query has no severity; Medium is the default.\nseverity: Medium\n")
    );
    assert!(
        promoted
            .text
            .contains("# The query looks back 1h with `ago(1h)` in its line 2.\nqueryFrequency: 1h\n")
    );
    // Without it the rule holds no comment.
    let plain = made(&content, &Options::default()).unwrap();
    assert!(!plain.text.contains('#') && !plain.text.contains("//"), "{}", plain.text);
}

#[test]
fn what_is_at_the_end_of_the_query_is_reported() {
    let told = |query: &str, level: Level, start: &str| {
        let promoted = of(query, &Options::default());
        remarks(&promoted, level).iter().any(|text| text.starts_with(start))
    };
    let text = "SigninLogs | sort by TimeGenerated | take 10";
    assert!(told(text, Level::Warning, "`take 10` hides rows from the rule"));
    assert!(told(text, Level::Info, "`sort by TimeGenerated` has no effect"));
    assert!(!told("SigninLogs | take 10 | project TimeGenerated", Level::Warning, "`take 10` hides"));
}

#[test]
fn a_result_without_time_is_reported_with_advice() {
    let advice = |query: &str| {
        let promoted = of(query, &Options::default());
        remarks(&promoted, Level::Warning)
            .iter()
            .find(|text| text.contains("no `TimeGenerated`"))
            .map(|text| (*text).to_owned())
    };
    assert!(
        advice("SigninLogs | summarize count() by UserPrincipalName")
            .unwrap()
            .ends_with("add `TimeGenerated = max(TimeGenerated)` to `summarize`")
    );
    assert!(advice("SigninLogs | project UserPrincipalName").unwrap().ends_with("add it to `project`"));
    assert_eq!(advice("SigninLogs | summarize arg_max(TimeGenerated, *) by UserPrincipalName"), None);
    assert_eq!(advice("DeviceEvents | project Timestamp, DeviceName"), None);
}

#[test]
fn entities_come_from_the_file_or_from_columns() {
    let mapped = |keys: &str, query: &str, derive: bool| {
        let options = Options { derive_entities: derive, ..Options::default() };
        let promoted = made(&hunting(keys, query), &options).unwrap();
        let content = Content::read(Arc::new(SourceFile::new("r.yaml", promoted.text.clone())), "/x/r.yaml");
        let template = content.template();
        assert!(matches!(template, Some(Template::ScheduledRule(_))), "{}", promoted.text);
        let mappings = template.map(|template| template.common().entity_mappings.clone()).unwrap_or_default();
        let told = mappings.iter().map(|mapping| {
            let fields = mapping
                .fields
                .iter()
                .map(|field| format!("{}={}", field.identifier.unwrap().value, field.column.unwrap().value));
            format!("{} {}", mapping.entity_type.unwrap().value, fields.collect::<Vec<_>>().join(" "))
        });
        (told.collect::<Vec<_>>(), self::query(&promoted))
    };
    let own = format!(
        "{TACTICS}entityMappings:\n  - entityType: Host\n    fieldMappings:\n      - identifier: FullName\n        columnName: Computer\n"
    );
    assert_eq!(
        mapped(&own, "SecurityEvent | extend AccountCustomEntity = Account", true).0,
        ["Host FullName=Computer"]
    );
    assert_eq!(
        mapped(TACTICS, "SecurityEvent | extend AccountCustomEntity = Account, HostCustomEntity = Computer, FileHashCustomEntity = FileHash, AlgorithmCustomEntity = 'SHA1'", false).0,
        ["Account FullName=AccountCustomEntity", "Host FullName=HostCustomEntity", "FileHash Value=FileHashCustomEntity Algorithm=AlgorithmCustomEntity"]
    );
    assert_eq!(
        mapped(TACTICS, "SecurityEvent | extend Account_0_Name = Account, Account_0_NTDomain = 'x', Account_1_Name = 'y', IP_0_Address = IpAddress, Host_0_DnsDomain = 'z'", false).0,
        ["Account Name=Account_0_Name NTDomain=Account_0_NTDomain", "Account Name=Account_1_Name", "IP Address=IP_0_Address"]
    );
    let files = "DeviceFileEvents | where TimeGenerated > ago(1h) | project TimeGenerated, DeviceName, SHA256, FileName // end";
    assert_eq!(mapped(TACTICS, files, false).0, [""; 0]);
    let (found, query) = mapped(TACTICS, files, true);
    assert_eq!(
        found,
        ["Host FullName=DeviceName", "FileHash Value=SHA256 Algorithm=HashAlgorithm", "File Name=FileName"]
    );
    assert!(query.contains("SHA256, FileName\n| extend HashAlgorithm = \"SHA256\" // end"), "{query}");
    // Only what the query returns, and no lists.
    let lists = "DeviceEvents | summarize TimeGenerated = max(TimeGenerated), DeviceName = make_set(DeviceName) by AccountName";
    assert_eq!(mapped(TACTICS, lists, true).0, ["Account Name=AccountName"]);
    // A mapping follows the column that it names.
    let time = own.replace("Computer", "Timestamp");
    assert_eq!(mapped(&time, "DeviceEvents | project Timestamp", true).0, ["Host FullName=TimeGenerated"]);
}

#[test]
fn suppressions_are_kept() {
    let keys = "# sentlint: ignore[revoked-technique] known\ntactics: [Impact] # sentlint: ignore[uncovered-tactic]\n";
    let promoted = made(&hunting(keys, "SigninLogs // sentlint: ignore[x]"), &Options::default()).unwrap();
    let expected =
        "# sentlint: ignore[revoked-technique] known\n# sentlint: ignore[uncovered-tactic]\ntactics:\n";
    assert!(promoted.text.contains(expected), "{}", promoted.text);
    assert!(query(&promoted).contains("// sentlint: ignore[x]"));
}

proptest::proptest! {
    #![proptest_config(crate::seeded::cases(256))]

    #[test]
    fn any_query_becomes_a_rule_or_a_question(
        words in proptest::collection::vec(proptest::sample::select(vec![
            "DeviceEvents", "| where", "Timestamp", "> ago(", "7d", ")", "| project", ",", "| summarize", "by", "let x =", ";",
            "now(", "-5d", "x", "| render", "timechart", "between (", "..", "and", "union", "'{{StartTimeISO}}'", "todatetime(",
            "\n", "// é\n", "```\n", "| join (", "on", "max(", "=", "| extend", "startofday(", "*", "(", "- 3d", "search",
        ]), 0..40),
        nrt: bool,
        drop_window: bool,
    ) {
        let text = words.join(" ");
        let options = Options { nrt, drop_window, explain: true, derive_entities: true, ..Options::default() };
        let content = hunting(TACTICS, &format!("T {text}"));
        if let Ok(promoted) = made(&content, &options) {
            proptest::prop_assert!(value(&promoted, "/query").is_some());
        }
    }
}

#[test]
fn ids_are_stable_and_differ_by_kind() {
    let content = hunting(TACTICS, "SigninLogs");
    let id = |options: &Options| value(&made(&content, options).unwrap(), "/id").unwrap();
    let derived = id(&Options::default());
    assert_eq!(derived, id(&Options::default()));
    assert_ne!(derived, ID);
    assert_ne!(derived, id(&Options { nrt: true, ..Options::default() }));
    assert_eq!(id(&Options { id: IdSource::Keep, ..Options::default() }), ID);
    let new = Options { id: IdSource::New, ..Options::default() };
    assert_ne!(id(&new), id(&new));
}

#[test]
fn tactics_are_respelt_or_asked_for() {
    let tactics = |keys: &str, answers: &[(Option<&str>, &'static str)]| {
        let answer = |(asked, tactic): &(Option<&str>, &'static str)| TacticAnswer {
            asked: asked.map(str::to_owned),
            tactic,
        };
        let options = Options { tactics: answers.iter().map(answer).collect(), ..Options::default() };
        made(&hunting(keys, "SigninLogs"), &options).map(|promoted| {
            let text = promoted.text;
            let names = text.lines().skip_while(|line| *line != "tactics:").skip(1);
            names.map_while(|line| line.strip_prefix("  - ").map(str::to_owned)).collect::<Vec<_>>()
        })
    };
    assert_eq!(
        tactics("tactics: [Initialaccess, initial access, TA0011]\n", &[]).unwrap(),
        ["InitialAccess", "CommandAndControl"]
    );
    assert_eq!(tactics("tactics: Execution, Persistence\n", &[]).unwrap(), ["Execution", "Persistence"]);
    let asked = tactics("tactics: [Execution, Ransomware]\nrelevantTechniques: [T1486]\n", &[]).unwrap_err();
    assert_eq!(asked.len(), 1);
    assert!(asked[0].message.starts_with("`Ransomware` is not a Sentinel tactic"), "{asked:?}");
    assert_eq!(
        asked[0].help.as_deref().unwrap_or_default(),
        "`--tactic Ransomware=Impact` sets the tactic of its techniques."
    );
    let asked = tactics("tactics: [InitialAcces]\n", &[]).unwrap_err();
    assert!(
        asked[0].help.as_deref().unwrap_or_default().contains("`--tactic InitialAcces=InitialAccess`"),
        "{asked:?}"
    );
    let list = "tactics: [Execution, Ransomware, Exploit]\n";
    assert_eq!(tactics(list, &[(None, "Impact")]).unwrap(), ["Execution", "Impact"]);
    assert_eq!(
        tactics(list, &[(Some("ransomware"), "Impact"), (Some("Exploit"), "InitialAccess")]).unwrap(),
        ["Execution", "Impact", "InitialAccess"]
    );
    assert_eq!(tactics("", &[]).unwrap(), [""; 0]);
    assert_eq!(tactics("", &[(None, "Impact")]).unwrap(), ["Impact"]);
}

#[test]
fn only_hunting_queries_become_rules_and_what_is_missing_is_said() {
    let rule = Content::read(
        Arc::new(SourceFile::new(
            "a.yaml",
            "id: x\nkind: Scheduled\nquery: T\nqueryFrequency: 1h\nqueryPeriod: 1h\ntriggerOperator: gt\ntriggerThreshold: 0\n",
        )),
        "/x/a.yaml",
    );
    assert!(
        made(&rule, &Options::default()).unwrap_err()[0]
            .message
            .contains("only hunting queries can be converted to rules")
    );
    let bare = Content::read(
        Arc::new(SourceFile::new("a.yaml", "id: no-guid\ntactics: [Impact]\nquery: SigninLogs | take 1\n")),
        "/Hunting Queries/a.yaml",
    );
    assert_eq!(bare.kind, Kind::HuntingQuery);
    let asked = made(&bare, &Options { id: IdSource::Keep, ..Options::default() }).unwrap_err();
    let messages: Vec<&str> = asked.iter().map(|question| question.message.as_str()).collect();
    assert_eq!(
        messages,
        ["The hunting query has no name, but a rule needs one", "The id `no-guid` is not a GUID"]
    );
}
