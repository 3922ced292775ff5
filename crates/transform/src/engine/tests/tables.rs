//! Queries over several tables, and columns by name.

use super::{check, rows};

const TWO: &str = "let A = view () { datatable(Id:string, Level:string, Text:string)['a','high','one', 'b','low','two'] };\n\
                   let B = view () { datatable(Id:string, Level:string, Code:long)['a','high',7, 'c','high',8] };\n";

fn over_two(cases: &[(&str, &str)]) {
    for (query, expected) in cases {
        assert_eq!(rows(&format!("{TWO}{query}")), *expected, "{query}");
    }
}

#[test]
fn find_returns_what_is_asked_for_and_packs_the_rest() {
    over_two(&[
        (
            "find in (A, B) where Id == 'a'",
            "A,a,high,\"{\"\"Text\"\":\"\"one\"\"}\"|B,a,high,\"{\"\"Code\"\":7}\"",
        ),
        (
            "find withsource=T in (A, B) where Level == 'high' project Id, Text, Code",
            "A,a,one,|B,a,,7|B,c,,8",
        ),
        (
            "find in (A, B) where Code > 7 or Text == 'two' project Id, Code:string, pack(*)",
            "A,b,,\"{\"\"Level\"\":\"\"low\"\",\"\"Text\"\":\"\"two\"\"}\"|B,c,8,\"{\"\"Level\"\":\"\"high\"\"}\"",
        ),
        // A table without any column of the condition is not looked through.
        ("find in (A, B) where Code > 7 | project source_, Id", "B,c"),
        ("find in (A, B) where 'two' project Id", "A,b"),
        ("find 'ONE' project Id", "A,a"),
    ]);
}

#[test]
fn search_without_tables_goes_through_all_that_are_there() {
    over_two(&[
        ("search 'high' | project $table, Id", "A,a|B,a|B,c"),
        ("search Code == 8 | project $table, Id", "B,c"),
        ("search in (A) 'low' | project $table, Text", "A,two"),
    ]);
    for (query, word) in [("search 'x'", "search"), ("find 'x'", "find")] {
        assert_eq!(
            rows(query),
            format!("refused: `{word}` looks through all tables, and none has data: give some with --data"),
        );
    }
}

#[test]
fn union_of_kind_inner_keeps_what_all_have() {
    over_two(&[
        ("union kind=inner A, B | sort by Id asc, Level asc", "a,high|a,high|b,low|c,high"),
        ("A | union kind=inner (B | project Id, Other = 1) | distinct Id | count", "3"),
    ]);
}

#[test]
fn columns_are_chosen_by_computed_names() {
    let table = "datatable(Host:string, User:string, HostIp:string)['h','u','i']";
    for (names, expected) in [
        ("'User', 'Host'", "u,h"),
        ("dynamic(['HostIp', 'Nothing', 'User'])", "i,u"),
        ("'Host*', 'User', 'Host'", "h,i,u"),
        ("strcat('Us', 'er')", "u"),
        ("'nothing'", "\"\""),
    ] {
        assert_eq!(rows(&format!("{table} | project-by-names {names}")), expected, "{names}");
    }
    check(&[(
        "let f = (T:(Host:string), more:dynamic) { T | extend Added = 1 | project-by-names column_names_of(T), more };
         datatable(Host:string, User:string)['h','u'] | invoke f(dynamic(['Added']))",
        "h,u,1",
    )]);
}

#[test]
fn bins_follow_the_options_of_the_query() {
    check(&[
        (
            "set query_bin_auto_size=15m; print bin_auto(datetime(2026-05-01 10:50))",
            "2026-05-01T10:45:00.0000000Z",
        ),
        (
            "set query_bin_auto_size=1h; set query_bin_auto_at=datetime(2026-05-01 00:20); \
             print bin_auto(datetime(2026-05-01 10:10))",
            "2026-05-01T09:20:00.0000000Z",
        ),
        ("set query_bin_auto_size=10; print bin_auto(27)", "20"),
        (
            "print bin_auto(27)",
            "refused: `bin_auto` without `set query_bin_auto_size` cannot be run: it is not implemented",
        ),
    ]);
}

#[test]
fn addresses_are_looked_up_in_ranges() {
    check(&[
        (
            "datatable(ip:string)['10.1.2.3', '8.8.8.8', 'x']
             | evaluate ipv4_lookup(datatable(net:string, site:string)['10.0.0.0/8','wide', '10.1.0.0/16','near'], ip, net)
             | project ip, site",
            "10.1.2.3,near|10.1.2.3,wide",
        ),
        (
            "datatable(ip:string)['2001:db8::1', 'fe80::1']
             | evaluate ipv6_lookup(datatable(net:string, site:string)['2001:db8::/32','test'], ip, net, true)
             | project ip, site",
            "2001:db8::1,test|fe80::1,",
        ),
        (
            "print ipv6_compare('fe80::1', 'fe80::2', 127), ipv4_is_in_any_range('10.1.1.1', '11.0.0.0/8', '10.1.0.0/16')",
            "-1,true",
        ),
        ("print ipv4_is_match('10.0.0.1', '11.0.0.1', 0), ipv6_is_match('::ffff:10.0.0.1', '10.0.0.1')", "true,true"),
    ]);
}

#[test]
fn null_keys_match_nothing() {
    let both = |kind: &str| {
        format!(
            "datatable(k:long, a:string)[1,'x', long(null),'y'] \
             | join kind={kind} (datatable(k:long, b:string)[1,'p', long(null),'q']) on k | project a, b"
        )
    };
    assert_eq!(rows(&both("inner")), "x,p");
    assert_eq!(rows(&both("fullouter")), "x,p|y,|,q");
    check(&[("print s = '' | join kind=inner (print s = '', n = 1) on s | project n", "1")]);
}
