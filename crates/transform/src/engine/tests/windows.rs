//! The plug-ins that look back over time, and the functions and operators next to them.

use super::{check, values};

const VISITS: &str = "let Visits = datatable(Who:string, At:datetime, Size:long)[\
    'kim', datetime(2026-03-01), 4, 'kim', datetime(2026-03-01), 6, 'lee', datetime(2026-03-02), 1, \
    'kim', datetime(2026-03-03), 8, 'max', datetime(2026-03-05), 2];\n";

fn over_visits(cases: &[(&str, &str)]) {
    for (query, expected) in cases {
        assert_eq!(super::rows(&format!("{VISITS}{query}")), *expected, "{query}");
    }
}

#[test]
fn windows_count_what_lies_in_them() {
    over_visits(&[
        (
            "Visits | evaluate sliding_window_counts(Who, At, datetime(2026-03-01), datetime(2026-03-04), 2d, 1d)",
            "2026-03-01T00:00:00.0000000Z,2,1|2026-03-02T00:00:00.0000000Z,3,2|2026-03-03T00:00:00.0000000Z,2,2|\
             2026-03-04T00:00:00.0000000Z,1,1",
        ),
        // What lies before the start counts in the windows that reach back to it.
        (
            "Visits | evaluate sliding_window_counts(Who, At, datetime(2026-03-02), datetime(2026-03-02), 2d, 1d)",
            "2026-03-02T00:00:00.0000000Z,3,2",
        ),
        (
            "Visits | evaluate sliding_window_counts(Who, At, datetime(2026-03-05), datetime(2026-03-05), 1d, 1d, Size)",
            "2026-03-05T00:00:00.0000000Z,2,1,1",
        ),
    ]);
}

#[test]
fn subjects_are_active_that_come_back() {
    let active = |back: &str| {
        format!(
            "Visits | evaluate active_users_count(Who, At, datetime(2026-03-01), datetime(2026-03-31), {back}, 1d, 2, 7d)"
        )
    };
    over_visits(&[
        (&active("3d"), "2026-03-01T00:00:00.0000000Z,1"),
        // A look-back of two days does not reach the first one.
        (&active("2d"), ""),
    ]);
    // Whether the first visit lies in the window of the second depends on whether hours or days are compared.
    check(&[(
        "datatable(Who:string, At:datetime)['kim', datetime(2026-03-01 12:00), 'kim', datetime(2026-03-03 10:00)] \
         | evaluate active_users_count(Who, At, datetime(2026-03-01), datetime(2026-03-31), 2d, 1d, 2, 7d)",
        "refused: a period that lies partly within the look-back window is not implemented",
    )]);
}

#[test]
fn percentiles_roll() {
    check(&[
        (
            "range i from 1 to 6 step 1 | project At = datetime(2026-03-01) + (i - 1) * 12h, i \
             | evaluate rolling_percentile(i, 50, At, 1d, 2)",
            "2026-03-01T00:00:00.0000000Z,1|2026-03-02T00:00:00.0000000Z,2|2026-03-03T00:00:00.0000000Z,4",
        ),
        (
            "range i from 1 to 4 step 1 | project At = i, Value = i * 1.5, Odd = i % 2 == 1 \
             | evaluate rolling_percentile(Value, 100, At, 2, 2, Odd) | where Odd",
            "0,true,1.5|2,true,4.5",
        ),
    ]);
    over_visits(&[(
        "Visits | evaluate rolling_percentile(Size, 50, At, 1d, 2)",
        "refused: `rolling_percentile` over bins without values is not implemented",
    )]);
}

#[test]
fn bags_take_the_place_of_columns() {
    let of = |rest: &str| {
        format!(
            "datatable(b:string, c:long, d:dynamic)['old', 1, dynamic({{'b':'new','a':true}})] | evaluate bag_unpack(d{rest})"
        )
    };
    let named = |rest: &str| {
        super::outcome(&of(rest), false).map(|outcome| outcome.table.written(super::Form::Csv, 9))
    };
    assert_eq!(named(", columnsConflict='replace_source'").ok().as_deref(), Some("c,a,b\n1,true,new\n"));
    assert_eq!(named(", columnsConflict='keep_source'").ok().as_deref(), Some("c,a,b\n1,true,old\n"));
    assert!(named("").is_err());
}

#[test]
fn steps_of_a_scan_return_what_they_are_told_to() {
    let log = "datatable(At:long, What:string)[1,'in', 2,'x', 3,'out', 4,'in', 5,'out'] | order by At asc";
    check(&[
        (
            &format!(
                "{log} | scan declare (Begin:long) with (step a output=none: What == 'in' => Begin = At; \
                 step b: What == 'out' => Begin = a.Begin;) | project Begin, At"
            ),
            "1,3|4,5",
        ),
        // A sequence goes on while its first step has it.
        (
            "range At from 0 to 60 step 15 | order by At asc | scan with_match_id=Id declare (Begin:long) with (\
             step open: true => Begin = iff(isnull(open.Begin), At, open.Begin); \
             step over output=none: At - open.Begin > 20;) | project At, Begin, Id",
            "0,0,0|15,0,0|30,30,1|45,30,1|60,60,2",
        ),
        (
            &format!("{log} | scan with (step a output=last: What == 'in';)"),
            "refused: `output=last` cannot be run: it is not implemented",
        ),
    ]);
}

#[test]
fn unions_pass_over_what_is_not_there_and_name_views() {
    check(&[
        (
            "let A = view () { print x = 1 }; let B = view () { print x = 2 }; \
             union withsource=From A, B | project From, x",
            "A,1|B,2",
        ),
        (
            "let A = view () { print x = 1 }; union isfuzzy=true (A | where x > 0), (Nowhere_CL | take 1) | count",
            "1",
        ),
        ("union isfuzzy=true Nowhere_CL | count", "refused: none of the tables of this union is known"),
    ]);
}

#[test]
fn patterns_stand_for_what_is_declared() {
    let towns = "declare pattern town = (land:string)[part:string] {\
                 ('nl').['north'] = { print Name = 'g' }; \
                 ('nl').['far south'] = { let n = 2; range x from 1 to n step 1 | project Name = strcat('m', x) }; };";
    check(&[
        (&format!("{towns} town('nl').north"), "g"),
        (&format!("{towns} town('nl').['far south'] | where Name != 'm1'"), "m2"),
        (&format!("{towns} union town('nl').north, (town(\"nl\").['north'])"), "g|g"),
        (
            "declare pattern place = (ip:string) { ('10.1.1.1') = { print Lat = 1.5 }; }; \
             place('10.1.1.1') | extend Twice = Lat * 2",
            "1.5,3.0",
        ),
    ]);
}

#[test]
fn paths_have_columns_and_end_elsewhere() {
    let lines = "datatable(a:string, b:string, w:long)['x','y',1, 'y','z',2, 'z','x',3] | make-graph a --> b with_node_id=n";
    check(&[
        (
            &format!("{lines} | graph-match (p)-[e*2..2]->(q) where p.n == 'x' project q.n, e.w"),
            "z,\"[1,2]\"",
        ),
        // From a node to itself no edge is needed.
        (
            &format!(
                "{lines} | graph-shortest-paths (p)-[e*1..4]->(q) where p.n == 'x' project q.n, map(e, w)"
            ),
            "y,[1]|z,\"[1,2]\"",
        ),
    ]);
}

#[test]
fn functions_do_what_is_documented() {
    values(&[
        ("bag_zip(dynamic(['k', 5, 'l']), dynamic([1, 2]))", "\"{\"\"k\"\":1,\"\"l\"\":null}\""),
        ("isnull(bag_zip(dynamic('k'), dynamic([1])))", "true"),
        (
            "treepath(dynamic({'l':[1,{'x':2},{'y':[3]}]}))",
            "\"[\"\"['l']\"\",\"\"['l'][0]\"\",\"\"['l'][0]['x']\"\",\"\"['l'][0]['y']\"\",\"\"['l'][0]['y'][0]\"\"]\"",
        ),
        ("parse_xml('<m> one <n>two</n> </m>').m['#text']", "one"),
        (
            "parse_ipv6_mask('::10.1.2.3', 128), parse_ipv6_mask('::10.1.2.3/16', 128)",
            "0000:0000:0000:0000:0000:ffff:0a01:0203,0000:0000:0000:0000:0000:ffff:0a01:0000",
        ),
        ("parse_ipv6('::1')", "0000:0000:0000:0000:0000:0000:0000:0001"),
        (
            "series_dot_product(dynamic([1, 2, 3]), 10), series_dot_product(2, dynamic([1, 2])), series_dot_product(dynamic([]), 1)",
            "60.0,6.0,",
        ),
        ("series_fit_line_dynamic(dynamic([3, 5, 7])).interception", "1.0"),
        ("series_seasonal(dynamic([2, 8, 4, 8, 2, 6]), 2)", "\"[2.0,8.0,2.0,8.0,2.0,8.0]\""),
        (
            "series_seasonal(dynamic([2, 8, 4]))",
            "refused: `series_seasonal` with a period that is detected cannot be run: it is not implemented",
        ),
        ("tohex(int(-2)), tohex(-2), tohex(toint(10), 4)", "fffffffe,fffffffffffffffe,000a"),
    ]);
    check(&[
        (
            "range x from 10 to 50 step 10 | summarize d = tdigest(x) | project rank_tdigest(d, 30), percentrank_tdigest(d, 35)",
            "3.0,60.0",
        ),
        (
            "range x from 1 to 4 step 1 | summarize d = tdigest(x) | project percentiles_array_tdigest(d, 50, 100)",
            "\"[2,4]\"",
        ),
        ("range x from 1 to 3 step 1 | extend y = 'abcd' | summarize sum(estimate_data_size(*))", "36"),
        (
            "print x = 1.5 | extend estimate_data_size(x)",
            "refused: `estimate_data_size` of this type cannot be run: it is not implemented",
        ),
    ]);
}
