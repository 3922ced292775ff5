//! What is reported, and what is left alone.

use crate::rules::Profile;
use crate::rules::testing::{findings, fixes};

const RULE: &str = "never-true";

fn reported(text: &str) -> Vec<String> {
    let found = findings(RULE, "a.kql", text, Profile::Recommended);
    found.into_iter().map(|finding| text[finding.span.range()].to_owned()).collect()
}

fn each(queries: &[(&str, &str)]) {
    for (query, place) in queries {
        assert_eq!(reported(query), [*place], "{query}");
    }
}

#[test]
fn one_value_cannot_be_two() {
    each(&[
        ("SecurityEvent | where EventID == 1 and EventID == 2", "EventID == 2"),
        (
            "SecurityEvent | where EventID == 1 | where Computer == 'a' | where EventID in (2, 3)",
            "EventID in (2, 3)",
        ),
        (
            "SecurityEvent | where Account == 'a' | project Account, Who = Account | where Who == 'b'",
            "Who == 'b'",
        ),
        ("let a = 'x'; SecurityEvent | where Account == a and Account == 'y'", "Account == 'y'"),
        (
            "let l = dynamic(['x', 'z']); SecurityEvent | where Account == 'y' and Account in (l)",
            "Account in (l)",
        ),
        ("SecurityEvent | where Account =~ 'x' and Account == 'y'", "Account == 'y'"),
        ("SecurityEvent | where Account == 'x' and Account != 'x'", "Account != 'x'"),
        (
            "SecurityEvent | where Account in ('x', 'y') | where Account !in ('x', 'y', 'z')",
            "Account !in ('x', 'y', 'z')",
        ),
        ("SecurityEvent | where Account == 'x' and Account startswith 'y'", "Account startswith 'y'"),
        ("SecurityEvent | where Account == 'x' and isempty(Account)", "isempty(Account)"),
        (
            "SecurityEvent | where Account == 'x' and (Account == 'y' or Account == 'z')",
            "Account == 'y' or Account == 'z'",
        ),
        ("SecurityEvent | where Computer == 'a' or Account == 'x' and Account == 'y'", "Account == 'y'"),
        ("SecurityEvent | summarize N = countif(Account == 'x' and Account == 'y')", "Account == 'y'"),
        (
            "AuditLogs | where InitiatedBy.user.id == 'x' and InitiatedBy.user.id == 'y'",
            "InitiatedBy.user.id == 'y'",
        ),
        (
            "AuditLogs | where tostring(InitiatedBy.user.id) == 'x' and tostring(InitiatedBy.user.id) == 'y'",
            "tostring(InitiatedBy.user.id) == 'y'",
        ),
    ]);
}

#[test]
fn bounds_exclude_each_other() {
    each(&[
        (
            "SecurityEvent | where TimeGenerated > ago(1d) and TimeGenerated < ago(2d)",
            "TimeGenerated < ago(2d)",
        ),
        (
            "SecurityEvent | where TimeGenerated > ago(1d) | where TimeGenerated < ago(2d)",
            "TimeGenerated < ago(2d)",
        ),
        (
            "let s = ago(1d); let e = now() - 2d; SecurityEvent | where TimeGenerated > s and e > TimeGenerated",
            "e > TimeGenerated",
        ),
        ("SecurityEvent | where TimeGenerated between (now() .. ago(1h))", "between (now() .. ago(1h)"),
        (
            "let a = 1h; let b = 5h; SecurityEvent | where TimeGenerated between (ago(a) .. ago(b))",
            "between (ago(a) .. ago(b)",
        ),
        (
            "SecurityEvent | where TimeGenerated between (datetime(2026-02-01) .. datetime(2026-01-01))",
            "between (datetime(2026-02-01) .. datetime(2026-01-01)",
        ),
        ("SecurityEvent | summarize N = count() by Account | where N > 10 and N < 5", "N < 5"),
        (
            "let low = 10; SecurityEvent | summarize N = count() by Account | where N > low | where N <= 10",
            "N <= 10",
        ),
        ("SecurityEvent | where EventID between (9 .. 3)", "between (9 .. 3"),
        ("SecurityEvent | where strlen(Account) < 0", "strlen(Account) < 0"),
        ("SecurityEvent | summarize N = dcount(Account) by Computer | where N <= -1", "N <= -1"),
        ("SecurityEvent | where EventID == 4 and EventID > 5", "EventID > 5"),
        ("SecurityEvent | where hourofday(TimeGenerated) == 24", "hourofday(TimeGenerated) == 24"),
        ("SecurityEvent | extend Day = dayofweek(TimeGenerated) | where Day == 7d", "Day == 7d"),
        ("SecurityEvent | extend Hour = hourofday(TimeGenerated) | where Hour > 23", "Hour > 23"),
    ]);
}

#[test]
fn folded_case_has_no_other_letters() {
    each(&[
        ("SecurityEvent | where tolower(Account) == 'ABC'", "'ABC'"),
        ("SecurityEvent | where toupper(Account) in ('ABC', 'Def')", "'Def'"),
        ("let n = 'ABC'; SecurityEvent | where tolower(Account) == n", "n"),
        ("let n = dynamic(['abc', 'Abc']); SecurityEvent | where tolower(Account) in (n)", "n"),
        ("SecurityEvent | extend A = tolower(Account) | where A startswith_cs 'AB'", "'AB'"),
        ("SecurityEvent | where tolower(Account) != 'ABC'", "'ABC'"),
    ]);
    let fixed = |text: &str| fixes(RULE, "a.kql", text)[0].1.clone();
    assert_eq!(
        fixed("SecurityEvent | where tolower(Account) !in ('A')"),
        "SecurityEvent | where tolower(Account) !in~ ('A')"
    );
    assert_eq!(
        fixed("SecurityEvent | where tolower(Account) has_cs 'A'"),
        "SecurityEvent | where tolower(Account) has 'A'"
    );
    let between = "SecurityEvent | where TimeGenerated between (now() .. ago(1h))";
    assert_eq!(fixed(between), "SecurityEvent | where TimeGenerated between (ago(1h) .. now())");
}

#[test]
fn addresses_that_do_not_exist() {
    each(&[
        ("SigninLogs | where IPAddress == '999.1.1.1'", "'999.1.1.1'"),
        ("SigninLogs | where IPAddress in ('10.0.0.1', '10.0.0.256')", "'10.0.0.256'"),
        (
            "let bad = dynamic(['10.0.0.1', '10.300.0.1']); SigninLogs | where IPAddress in (bad)",
            "'10.300.0.1'",
        ),
        ("SigninLogs | where ipv4_is_in_range(IPAddress, '10.0.0.0/33')", "'10.0.0.0/33'"),
        ("SigninLogs | where ipv4_is_match(IPAddress, 'fe80::1')", "'fe80::1'"),
        ("SigninLogs | where ipv6_is_in_range(IPAddress, 'fe80::/129')", "'fe80::/129'"),
        (
            "SigninLogs | where ipv4_is_in_any_range(IPAddress, dynamic(['10.0.0.0/8', '10.0.0.0/40']))",
            "'10.0.0.0/40'",
        ),
    ]);
}

#[test]
fn what_can_be_true_is_left_alone() {
    for query in [
        "SecurityEvent | where EventID == 1 or EventID == 2",
        "SecurityEvent | where EventID in (1, 2) and EventID != 1",
        "SecurityEvent | where EventID == 1 | union (SecurityEvent | where EventID == 2) | where EventID == 2",
        "SecurityEvent | where EventID == 1 | join kind=inner (SecurityEvent | where EventID == 2) on Computer | where EventID1 == 2",
        "SecurityEvent | where Account == 'a' | extend Account = strcat(Account, 'b') | where Account == 'ab'",
        "SecurityEvent | where Account has 'a' and Account has 'b' and Account contains 'c'",
        "SecurityEvent | where Account =~ 'A' and Account == 'a'",
        "SecurityEvent | where Account == 'a b' and Account has 'b' and Account startswith 'A'",
        "SecurityEvent | where TimeGenerated > ago(2d) and TimeGenerated < ago(1d)",
        "SecurityEvent | where TimeGenerated > startofday(ago(1d)) and TimeGenerated < ago(1d)",
        "SecurityEvent | where TimeGenerated < endofday(ago(2d)) and TimeGenerated > ago(2d)",
        "SecurityEvent | where TimeGenerated between (ago(1d) .. 1d) and TimeGenerated !between (ago(3h) .. ago(1h))",
        "SecurityEvent | summarize N = count() by Account | where N > 5 and N < 10",
        "SecurityEvent | summarize N = count() by Account | where N < 10 or N > 50 | where N >= 0",
        "let Accounts = dynamic([]); SecurityEvent | where Account in (Accounts)",
        "let f = (low: long, high: long) { SecurityEvent | where EventID between (low .. high) }; f(9, 3)",
        "SecurityEvent | where tolower(Account) has 'ABC' and tolower(Account) in~ ('ABC') and tolower(Account) =~ 'aBC'",
        "SecurityEvent | extend A = strcat(tolower(Account), 'X') | where A == 'aX'",
        "SigninLogs | where IPAddress != '255.255.255.255' and AppDisplayName != '999.1.1.1' and IPAddress == '::1'",
        "SigninLogs | where ipv4_is_in_range(IPAddress, '10.0.0.0/8') and ipv6_is_match(IPAddress, '10.0.0.1')",
        "SecurityEvent | where EventID == 1 | mv-expand EventID to typeof(int) | where EventID == 2",
        "SecurityEvent | extend Hour = hourofday(TimeGenerated) | where Hour >= 18 or Hour < 8 | where Hour != 24",
        "SecurityEvent | extend Day = dayofweek(TimeGenerated) | where Day in (0d, 6d) or Day == time(6.00:00:00)",
        "SecurityEvent | summarize N = count() - 5 by Account | where N < 0",
        "SecurityEvent | where Account has 'x' and Account !has 'xy' and Account !has_cs 'X'",
        "SecurityEvent | sort by Account | where Account == 'a' and prev(Account) == 'b'",
    ] {
        assert_eq!(reported(query), Vec::<String>::new(), "{query}");
    }
}

#[test]
fn sets_of_many_values_are_not_compared() {
    let query = |count: usize| {
        let conditions: Vec<String> = (1..=count).map(|id| format!("EventID == {id}")).collect();
        format!("SecurityEvent | where {} | where EventID == 0", conditions.join(" or "))
    };
    assert_eq!(reported(&query(200)).len(), 1);
    assert!(reported(&query(300)).is_empty());
}
