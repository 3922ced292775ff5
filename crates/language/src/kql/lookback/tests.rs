use super::{Bound, Lookback, lookback};
use crate::kql::bind::{NoCatalog, bind};
use crate::kql::parse;
use crate::kql::timespan::Timespan;

fn of(text: &str) -> Lookback {
    within(text, Timespan::ZERO)
}

fn within(text: &str, range: Timespan) -> Lookback {
    let parsed = parse(text);
    lookback(text, &parsed, &bind(text, &parsed, &NoCatalog, &[]), range)
}

/// The look-back in seconds, with what is said to cause it.
fn furthest(text: &str) -> Option<(u64, String)> {
    let found = of(text);
    let reach = found.furthest()?;
    let written = |span: crate::source::Span| &text[span.range()];
    let sources: Vec<&str> = reach.sources.iter().map(|span| written(*span)).collect();
    Some((reach.back.seconds(), format!("{} <- {}", written(reach.span), sources.join(" "))))
}

const DAY: u64 = 86_400;

#[test]
fn the_look_back_is_found_in_every_form() {
    for (text, seconds, cause) in [
        ("T | where Timestamp > ago(7d)", 7 * DAY, "ago(7d) <- 7d"),
        ("let timeframe = 7d; T | where Timestamp >= ago(timeframe)", 7 * DAY, "ago(timeframe) <- 7d"),
        (
            "let start = now(-5d); let end = now(); T | where Timestamp between (start..end)",
            5 * DAY,
            "start <- 5d",
        ),
        ("T | where Timestamp between (ago(14d) .. ago(1d))", 14 * DAY, "ago(14d) <- 14d"),
        ("T | where Timestamp between (ago(14d) .. 3d)", 14 * DAY, "ago(14d) <- 14d"),
        ("let d = 2; T | where ago(d * 1d + 12h) < TimeGenerated", 216_000, "ago(d * 1d + 12h) <- 2 1d 12h"),
        ("T | where TimeGenerated > now() - 90m", 5400, "now() - 90m <- now() 90m"),
        ("T | where TimeGenerated > startofday(ago(3d))", 3 * DAY, "startofday(ago(3d)) <- 3d"),
        ("T | where TimeGenerated > startofday(now(), -2)", 2 * DAY, "startofday(now(), -2) <- now()"),
        (
            "T | where TimeGenerated > datetime_add('day', -4, now())",
            4 * DAY,
            "datetime_add('day', -4, now()) <- 4 now()",
        ),
        ("T | where now() - TimeGenerated < 6h", 21_600, "6h <- 6h"),
        ("T | where datetime_diff('hour', now(), TimeGenerated) <= 6", 21_600, "6 <- 6"),
        (
            "T | make-series count() on TimeGenerated from ago(10d) to now() step 1h",
            10 * DAY,
            "ago(10d) <- 10d",
        ),
        (
            "let d = 9d; T | make-series count() on Timestamp in range(ago(d), now(), 1h)",
            9 * DAY,
            "ago(d) <- 9d",
        ),
        ("_Im_Dns(starttime=ago(7d), endtime=now())", 7 * DAY, "ago(7d) <- 7d"),
        ("let s = startofday(ago(6d)); _Im_WebSession(s, now(), disabled=false)", 6 * DAY, "s <- 6d"),
        ("let f = (t: timespan) { T | where TimeGenerated > ago(t) }; f(3d)", 3 * DAY, "ago(t) <- 3d"),
        ("let f = (t: timespan = 2d) { T | where TimeGenerated > ago(t) }; f()", 2 * DAY, "ago(t) <- 2d"),
        ("let f = () { T | where TimeGenerated > ago(2d) }; U | join f on A", 2 * DAY, "ago(2d) <- 2d"),
        ("let a = T | where TimeGenerated > ago(9d); U | join (a) on X", 9 * DAY, "ago(9d) <- 9d"),
        (
            "T | extend Seen = Timestamp | summarize F = min(Seen) by A | where F > ago(8d)",
            8 * DAY,
            "ago(8d) <- 8d",
        ),
        (
            "let s = todatetime('{{StartTimeISO}}'); T | where TimeGenerated > s - 14d",
            14 * DAY,
            "s - 14d <- todatetime('{{StartTimeISO}}') 14d",
        ),
    ] {
        assert_eq!(furthest(text), Some((seconds, cause.to_owned())), "{text}");
    }
}

#[test]
fn what_is_not_read_is_not_a_look_back() {
    for text in [
        "T",
        "T | where TimeGenerated < now()",
        "let unused = ago(30d); T",
        "let unused = T | where TimeGenerated > ago(30d); U",
        "let f = (t: timespan) { T | where TimeGenerated > ago(t) }; U",
        "T | where Text has 'ago(7d)' // ago(7d)",
        "T | where Expires < ago(90d)",
        "T | where TimeGenerated > Other - 7d",
    ] {
        assert_eq!(furthest(text), None, "{text}");
    }
    // Of a column that is not the time of the event, a nearer bound on that time is preferred.
    let both = "T | where Created > ago(90d) and TimeGenerated > ago(1d)";
    assert_eq!(furthest(both).unwrap().0, DAY);
    assert_eq!(furthest("T | where Created > ago(90d)").unwrap().0, 90 * DAY);
}

#[test]
fn ends_rounding_dates_and_what_is_unclear_are_distinguished() {
    let found = of("T | where TimeGenerated between (startofday(ago(7d)) .. ago(1d))");
    let told: Vec<_> = found.reaches.iter().map(|reach| (reach.bound, reach.slack)).collect();
    assert_eq!(told, [(Bound::From, Timespan::DAY), (Bound::Until, Timespan::ZERO)]);
    let text =
        "let day = datetime(2026-01-01); T | where TimeGenerated > day and X > ago(toscalar(U | take 1))";
    let found = of(text);
    assert_eq!(&text[found.dates[0].span.range()], "datetime(2026-01-01)");
    assert_eq!(&text[found.unclear[0].range()], "ago(toscalar(U | take 1))");
    assert_eq!((found.dates.len(), found.unclear.len(), found.reaches.len()), (1, 1, 0));
}

#[test]
fn placeholders_of_the_portal_are_found_and_counted_with_the_range() {
    let text = "let s = todatetime('{{StartTimeISO}}'); let e = todatetime('{{EndTimeISO}}');
                let back = totimespan((e - s) * 7);
                T | where TimeGenerated between (ago(back) .. e) | extend X = totimespan('{{StartTimeISO}}')";
    let found = within(text, Timespan::DAY);
    assert_eq!(found.furthest().unwrap().back, Timespan::from_days(7));
    let told: Vec<_> =
        found.placeholders.iter().map(|it| (&text[it.span.range()], it.end, it.moment)).collect();
    assert_eq!(
        told,
        [
            ("todatetime('{{StartTimeISO}}')", false, true),
            ("todatetime('{{EndTimeISO}}')", true, true),
            ("'{{StartTimeISO}}'", false, false)
        ]
    );
}

#[test]
fn hostile_queries_end_soon() {
    let many = |to: usize, make: &dyn Fn(usize) -> String| (1..to).map(make).collect::<Vec<_>>().concat();
    let chain = many(2000, &|n| format!("let a{n} = a{} | where X > ago(1d);", n - 1));
    assert_eq!(of(&format!("let a0 = T; {chain} a1999")).reaches.len(), 1999);
    let calls = many(40, &|n| {
        let before = n - 1;
        format!("let f{n} = (t: timespan) {{ union f{before}(t + 1s), f{before}(t + 2s) }};")
    });
    of(&format!("let f0 = (t: timespan) {{ T | where TimeGenerated > ago(t) }}; {calls} f39(1d)"));
    let sums = many(200, &|n| format!("let s{n} = s{0} + s{0};", n - 1));
    of(&format!("let s0 = 1d; {sums} T | where TimeGenerated > ago(s199)"));
}

#[test]
fn a_series_and_the_times_of_a_parser_are_bounds() {
    let bounds = |text: &str| -> Vec<(u64, Bound, bool)> {
        of(text)
            .reaches
            .iter()
            .map(|reach| (reach.back.seconds() / DAY, reach.bound, reach.event_time))
            .collect()
    };
    for (text, wanted) in [
        (
            "T | make-series n = count() on TimeGenerated from ago(14d) to ago(1d) step 1h by A",
            vec![(14, Bound::From, true), (1, Bound::Until, true)],
        ),
        (
            "T | make-series n = count() on Made from ago(14d) to now() step 1h",
            vec![(14, Bound::From, false)],
        ),
        ("T | make-series n = count() on TimeGenerated to ago(1d) step 1h", vec![(1, Bound::Until, true)]),
        (
            "vimDnsX(endtime=ago(1d), starttime=ago(2d))",
            vec![(1, Bound::Until, true), (2, Bound::From, true)],
        ),
        ("image(ago(2d))", vec![(2, Bound::Other, true)]),
    ] {
        assert_eq!(bounds(text), wanted, "{text}");
    }
}

#[test]
fn a_function_is_read_once_for_the_same_arguments() {
    let count = |calls: &str| {
        of(&format!("let f = (n: timespan) {{ T | where Timestamp > ago(n) }}; {calls}")).reaches.len()
    };
    for (calls, expected) in [
        ("f(7d)", 1),
        ("union f(7d), f(7d), f(7d)", 1),
        ("union f(7d), f(8d)", 2),
        ("f(n = 7d) | union f(7d)", 1),
        ("union f(7d), (f(7d) | where Timestamp > ago(7d))", 2),
        ("T", 0),
    ] {
        assert_eq!(count(calls), expected, "{calls}");
    }
}

#[test]
fn calls_are_followed_so_far() {
    let chain = |count: usize| {
        let mut text = "let f0 = () { T | where Timestamp > ago(7d) }; ".to_owned();
        for at in 1..=count {
            text += &format!("let f{at} = () {{ f{}() }}; ", at - 1);
        }
        of(&(text + &format!("f{count}()"))).reaches.len()
    };
    assert_eq!([chain(0), chain(1), chain(11), chain(12), chain(20)], [1, 1, 1, 0, 0]);
}

/// Units and stretches of time, with how much further back they may reach than they say.
#[test]
fn lengths_of_units_and_of_what_is_rounded() {
    use std::fmt::Write as _;

    let mut out = String::new();
    let mut tell = |expr: &str| {
        let found = of(&format!("T | where Timestamp > {expr}"));
        let reaches = found.reaches.iter().map(|reach| {
            format!("{}h and {}h more", reach.back.seconds() / 3600, reach.slack.seconds() / 3600)
        });
        let reaches: Vec<String> = reaches.collect();
        let _ = writeln!(out, "{expr}: {} unclear {}", reaches.join(", "), found.unclear.len());
    };
    for unit in [
        "year",
        "quarter",
        "month",
        "week",
        "day",
        "days",
        "Hour",
        "minute",
        "second",
        "millisecond",
        "microsecond",
        "nanosecond",
        "decade",
    ] {
        tell(&format!("datetime_add('{unit}', -600, now())"));
    }
    for function in ["startof", "endof"] {
        for unit in ["day", "week", "month", "year", "hour"] {
            tell(&format!("{function}{unit}(ago(40d))"));
            tell(&format!("{function}{unit}(now(), -2)"));
        }
    }
    for expr in [
        "bin(ago(3d), 1d)",
        "bin(now(), 1d)",
        "floor(ago(3d), 1h)",
        "bin_at(ago(3d), 1d, now())",
        "ago(1d) - 1h",
        "1h + ago(1d)",
        "now() - 2 * 1d",
        "now() - 1d / 2",
        "now() - (1d - 1h)",
        "now() - 1d * (4h / 2h)",
        "now() - 1d / 0",
        "ago(-1d)",
        "ago(1d) + 2d",
        "now(-1d)",
        "now(1d)",
        "now() - (now() - ago(2d))",
        "iff(true, ago(1d), ago(2d))",
        "todatetime(ago(1d))",
        "min_of(ago(1d), ago(2d))",
    ] {
        tell(expr);
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("lengths_of_units_and_of_what_is_rounded", out);
    });
}
