//! Tests of the engine: small queries that bring their own data, with their results as text. What is expected follows
//! from the documented meaning of each operator and function.

use super::data::Files;
use super::{Budget, Exec, Failure, Form, Options, prepare, run, time};
use crate::kql::bind::bind_at;
use crate::kql::model::Level;
use crate::workspace::View;

mod any_query;
mod files;
mod graphs;
mod tables;
mod windows;

fn outcome(query: &str, missing_empty: bool) -> Result<super::Outcome, Failure> {
    let view = View::new(Vec::new());
    let parse = crate::kql::parse(query);
    assert!(parse.errors.is_empty(), "{query}: {:?}", parse.errors);
    let model = bind_at(Level::Execute, query, &parse, &view, &[]);
    let wrong: Vec<_> = model.findings.iter().filter(|finding| !finding.low_confidence).collect();
    assert!(wrong.is_empty(), "{query}: {wrong:?}");
    let options = Options { missing_empty, fixtures: Vec::new() };
    let prepared = prepare(query, &parse, &model, &view, &options)?;
    let now = time::read_moment("2026-11-28T12:00:00Z").unwrap_or_default();
    let files = Files { missing_empty, ..Files::default() };
    run(&prepared, &Exec::new(now, Box::new(files), Budget::default()))
}

/// The rows as CSV without the header, joined by bars.
fn rows(query: &str) -> String {
    match outcome(query, false) {
        Ok(outcome) => {
            let text = outcome.table.written(Form::Csv, usize::MAX);
            text.lines().skip(1).collect::<Vec<_>>().join("|")
        }
        Err(failure) => format!("refused: {}", failure.message),
    }
}

fn check(cases: &[(&str, &str)]) {
    for (query, expected) in cases {
        assert_eq!(rows(query), *expected, "{query}");
    }
}

/// Values of `print`.
fn values(cases: &[(&str, &str)]) {
    for (expression, expected) in cases {
        assert_eq!(rows(&format!("print {expression}")), *expected, "{expression}");
    }
}

const T: &str = "let T = datatable(a:long, b:string, c:real)[1,'x',1.5, 2,'y',2.5, 3,'x',double(null)];\n";

fn over_t(cases: &[(&str, &str)]) {
    for (query, expected) in cases {
        assert_eq!(rows(&format!("{T}{query}")), *expected, "{query}");
    }
}

#[test]
fn arithmetic_follows_the_types() {
    values(&[
        ("7 / 2, 7 % 2, -7 / 2, -7 % 2", "3,1,-3,-1"),
        ("7.0 / 2, 1 + 2.5", "3.5,3.5"),
        ("1 / 0, 1.0 / 0", ",Infinity"),
        ("9223372036854775807 + 0", "9223372036854775807"),
        ("int(7) * int(3)", "21"),
        ("decimal(0.1) + decimal(0.2)", "0.3"),
        ("1d / 2, 1d / 1h, 2 * 90m", "12:00:00,24.0,03:00:00"),
        ("datetime(2026-03-01) - datetime(2026-02-01)", "28.00:00:00"),
        ("datetime(2026-01-01) + 1tick", "2026-01-01T00:00:00.0000001Z"),
        ("datetime(9999-12-31) + 1d", "\"\""),
        ("-int(5), - 2.5", "-5,-2.5"),
        ("bin(7, 5), bin(-7, 5), bin(4.7, 1.5)", "5,-10,4.5"),
        ("bin(datetime(2026-11-28 12:34:56), 1h)", "2026-11-28T12:00:00.0000000Z"),
        ("around(10, 12, 2), around(9, 12, 2), around(1.5, 1.0, double(null))", "true,false,"),
        ("around(datetime(2026-11-28), datetime(2026-11-27), 1d)", "true"),
        ("round(beta_cdf(beta_inv(0.3, 2.0, 5.0), 2.0, 5.0), 9)", "0.3"),
        ("welch_test(5.0, 1.0, 10, 5.0, 2.0, 12)", "1.0"),
    ]);
}

#[test]
fn null_is_neither_true_nor_false() {
    values(&[
        ("isnull(int(null) == 1), int(null) == 1", "false,false"),
        ("isnull(int(null) == int(null)), isnull(int(null) < 1)", "true,true"),
        ("true or bool(null), isnull(true and bool(null))", "true,true"),
        ("isempty(''), isnull(''), isnull(toint('x'))", "true,false,true"),
        ("coalesce(int(null), 3), coalesce('', 'a')", "3,a"),
        ("iff(bool(null), 'yes', 'no')", "no"),
    ]);
}

#[test]
fn strings_compare_by_words_and_parts() {
    values(&[
        ("'North-West' has 'west', 'Northwest' has 'west', 'a_b' has 'b'", "true,false,true"),
        ("'code.exe tunnel' has 'code.exe', 'xcode.exe' has 'code.exe'", "true,false"),
        ("'abc' contains 'B', 'abc' contains_cs 'B'", "true,false"),
        ("'abc' startswith 'AB', 'abc' endswith_cs 'BC'", "true,false"),
        ("'abc' hasprefix 'AB', 'x abc' hassuffix 'BC'", "true,true"),
        ("'abc' =~ 'ABC', 'abc' !~ 'ABC', 'abc' == 'ABC'", "true,false,false"),
        ("'b' in ('a', 'b'), 'B' in ('a', 'b'), 'B' in~ ('a', 'b')", "true,false,true"),
        ("'a b' has_any ('B', 'c'), 'a b' has_all ('a', 'c')", "true,false"),
        ("'Stra\u{df}e' has 'stra\u{df}e', 'x' matches regex @'^\\w$'", "true,true"),
        ("5 between (1 .. 5), 5 !between (6 .. 7)", "true,true"),
        ("datetime(2026-01-02) between (datetime(2026-01-01) .. 1d)", "true"),
    ]);
}

#[test]
fn functions_on_strings() {
    values(&[
        ("strlen('\u{e9}a'), string_size('\u{e9}a')", "2,3"),
        ("substring('abcdef', 2, 2), substring('abc', -2)", "cd,bc"),
        ("split('a,b,c', ','), split('a,b', ',', 1)", "\"[\"\"a\"\",\"\"b\"\",\"\"c\"\"]\",\"[\"\"b\"\"]\""),
        ("extract(@'(\\d+)-(\\d+)', 2, 'x 12-34')", "34"),
        ("extract_all(@'(\\d)', 'a1b2')", "\"[\"\"1\"\",\"\"2\"\"]\""),
        ("replace_regex('a1b2', @'(\\d)', @'<\\1>'), replace_string('aXa', 'a', 'b')", "a<1>b<2>,bXb"),
        ("trim('-+', '--a-'), trim_start('[ab]', 'abc'), trim_end('c', 'abc')", "a,bc,ab"),
        ("indexof('abcabc', 'c', 3), countof('aaa', 'aa'), reverse('abc')", "5,2,cba"),
        ("strcat('a', 1, 2.5, true), strcat_delim('-', 'a', 'b')", "a12.5true,a-b"),
        ("base64_decode_tostring(base64_encode_tostring('h\u{e9}'))", "h\u{e9}"),
        ("url_decode('a%20b'), url_encode('a b&')", "a b,a+b%26"),
        ("parse_url('https://u@h:8/p?k=v#f').Host, parse_path('C:\\\\d\\\\f.exe').Filename", "h,f.exe"),
        ("hash_sha256('a')", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
        ("hash('World')", "1846988464401551951"),
        (
            "punycode_domain_from_string('b\u{fc}cher.example'), punycode_domain_to_string('xn--bcher-kva.example')",
            "xn--bcher-kva.example,b\u{fc}cher.example",
        ),
        // What would not become shorter is stored.
        ("zlib_compress_to_base64_string('abcdefgh')", "eAEBCAD3/2FiY2RlZmdoDgADJQ=="),
        (
            "gzip_decompress_from_base64_string(gzip_compress_to_base64_string('h\u{e9} h\u{e9} h\u{e9}'))",
            "h\u{e9} h\u{e9} h\u{e9}",
        ),
        (
            "zlib_decompress_from_base64_string(zlib_compress_to_base64_string('aaaaaaaaaaaaaaaa'))",
            "aaaaaaaaaaaaaaaa",
        ),
        ("parse_command_line('a.exe \"b c\" d', 'windows')[1]", "b c"),
        ("parse_xml('<a x=\"1\"><b>t</b></a>').a.b", "t"),
        (
            "tostring(1.0), tostring(1e20), tostring(2h), tostring(dynamic({'a':1}))",
            "1.0,1E+20,02:00:00,\"{\"\"a\"\":1}\"",
        ),
    ]);
}

#[test]
fn functions_on_time() {
    values(&[
        ("now(), ago(1d)", "2026-11-28T12:00:00.0000000Z,2026-11-27T12:00:00.0000000Z"),
        (
            "startofweek(datetime(2026-11-28)), endofmonth(datetime(2024-02-05))",
            "2026-11-22T00:00:00.0000000Z,2024-02-29T23:59:59.9999999Z",
        ),
        ("datetime_diff('day', datetime(2026-01-02 01:00), datetime(2026-01-01 23:00))", "1"),
        ("datetime_add('month', 1, datetime(2026-01-31))", "2026-02-28T00:00:00.0000000Z"),
        ("dayofweek(datetime(2026-11-28)), dayofyear(datetime(2026-12-31))", "6.00:00:00,365"),
        ("format_datetime(datetime(2026-11-28 15:04:05), 'yy-MM-dd hh:mm tt')", "26-11-28 03:04 PM"),
        (
            "startofday(datetime(2026-11-28), 9223372036854775807), endofweek(datetime(2026-11-28), 4294967296)",
            ",",
        ),
        ("todatetime('Sat, 8 Nov 2014 15:05:02 GMT')", "2014-11-08T15:05:02.0000000Z"),
        ("todatetime('2026-11-28T12:00:00+02:00'), todatetime('x')", "2026-11-28T10:00:00.0000000Z,"),
        ("totimespan('1.02:03:04.5'), totimespan('90m')", "1.02:03:04.5000000,01:30:00"),
        ("unixtime_seconds_todatetime(1546300800)", "2019-01-01T00:00:00.0000000Z"),
        (
            "datetime_utc_to_local(datetime(2026-07-01 12:00), 'Europe/Berlin')",
            "2026-07-01T14:00:00.0000000Z",
        ),
        ("make_datetime(2026, 11, 28, 1, 2, 3.5)", "2026-11-28T01:02:03.5000000Z"),
    ]);
}

#[test]
fn dynamic_values() {
    values(&[
        ("d = parse_json('{\"a\":{\"b\":[1,2]}}').a.b[1]", "2"),
        ("parse_json('[1,2,3]')[-1], tostring(parse_json('oops'))", "3,oops"),
        ("array_length(dynamic([1,2])), array_slice(dynamic([1,2,3,4]), 1, -2)", "2,\"[2,3]\""),
        (
            "array_sort_desc(dynamic([1,3,2])), array_concat(dynamic([1]), dynamic([2]))",
            "\"[3,2,1]\",\"[1,2]\"",
        ),
        (
            "set_union(dynamic([1,2]), dynamic([2,3])), set_difference(dynamic([1,2]), dynamic([2]))",
            "\"[1,2,3]\",[1]",
        ),
        (
            "bag_keys(dynamic({'a':1,'b':2})), bag_merge(dynamic({'a':1}), dynamic({'a':2,'b':3}))",
            "\"[\"\"a\"\",\"\"b\"\"]\",\"{\"\"a\"\":1,\"\"b\"\":3}\"",
        ),
        // At the ends of their types, and of other types, they come to something as well.
        ("array_slice(dynamic([1,2]), 1, 9223372036854775807), array_sort_asc(dynamic('x'))", "[2],"),
        ("pack('a', 1, 'b', 'x')", "\"{\"\"a\"\":1,\"\"b\"\":\"\"x\"\"}\""),
        ("gettype(parse_json('1')), gettype(dynamic(null)), gettype(1.5)", "long,null,real"),
        ("9007199254740993 == tolong(parse_json('9007199254740993'))", "true"),
    ]);
}

#[test]
fn addresses_and_places() {
    values(&[
        ("ipv4_is_in_range('10.1.2.3', '10.0.0.0/8'), ipv4_is_private('172.32.0.1')", "true,false"),
        ("ipv4_compare('10.0.0.1', '10.0.0.2', 24), ipv4_is_match('x', '1.1.1.1')", "0,"),
        ("has_ipv4('from 10.0.0.1:80', '10.0.0.1'), has_ipv4_prefix('a 10.1.2.3', '10.1.')", "true,true"),
        ("parse_ipv4('0.0.1.0'), format_ipv4('192.168.1.7', 24)", "256,192.168.1.0"),
        (
            "geo_point_to_geohash(2.2945, 48.8582, 9), geo_point_to_geohash(0, 0), geo_point_to_geohash(200, 0)",
            "u09tunqg9,s0000,",
        ),
        (
            "tostring(geo_geohash_to_central_point('s').coordinates), tostring(geo_geohash_to_polygon('s').coordinates[0][2])",
            "\"[22.5,22.5]\",\"[45.0,45.0]\"",
        ),
        ("geo_geohash_to_central_point('a').type, geo_geohash_to_polygon('9q').type", ",Polygon"),
        ("ipv6_is_match('::1', '0:0:0:0:0:0:0:1'), ipv6_is_in_range('fe80::1', 'fe80::/10')", "true,true"),
        (
            "geo_point_in_polygon(1, 1, dynamic({'type':'Polygon','coordinates':[[[0,0],[2,0],[2,2],[0,2],[0,0]]]}))",
            "true",
        ),
    ]);
}

#[test]
fn operators_on_rows() {
    over_t(&[
        ("T | where b == 'x' and c > 1", "1,x,1.5"),
        ("T | extend d = a * 2, a = a + 1", "2,x,1.5,2|3,y,2.5,4|4,x,,6"),
        ("T | project b, twice = a * 2 | take 1", "x,2"),
        ("T | project-away b, c | sort by a", "3|2|1"),
        ("T | project-rename z = a | project-keep z | top 1 by z asc", "1"),
        ("T | project-reorder c, * | take 1", "1.5,1,x"),
        ("T | distinct b | count", "2"),
        ("T | order by c asc nulls last, a", "1,x,1.5|2,y,2.5|3,x,"),
        ("T | getschema | project ColumnName, ColumnType", "a,long|b,string|c,real"),
        ("T | as X | where a > toscalar(X | summarize avg(a)) | project a", "3"),
        (
            "T | sort by a asc | extend p = prev(a, 1, -1), n = row_number(), s = row_cumsum(a)",
            "1,x,1.5,-1,1,1|2,y,2.5,1,2,3|3,x,,2,3,6",
        ),
        ("range x from 1 to 7 step 3", "1|4|7"),
        ("range x from 1 to 1000000000000 step 1 | take 2", "1|2"),
    ]);
}

#[test]
fn groups_of_rows() {
    over_t(&[
        ("T | summarize n = count(), sum(a), avg(c) by b", "x,2,4,1.5|y,1,2,2.5"),
        ("T | summarize make_list(a), make_set(b), dcount(b)", "\"[1,2,3]\",\"[\"\"x\"\",\"\"y\"\"]\",2"),
        ("T | summarize arg_max(a, *) by b", "x,3,|y,2,2.5"),
        ("T | summarize arg_min(a, c), max(b)", "1,1.5,y"),
        (
            "T | summarize covariance(a, c), covariancep(a, a), covarianceif(a, a, b == 'x')",
            "0.5,0.6666666666666666,2.0",
        ),
        ("T | summarize countif(a > 1), sumif(a, b == 'x'), percentile(a, 50)", "2,4,2"),
        ("T | where a > 9 | summarize count(), sum(a)", "0,0"),
        ("T | where a > 9 | summarize count() by b", ""),
        ("T | summarize x = toint(count() * 10 / 3)", "10"),
        ("T | summarize take_any(b), stdev(a) by bin(a, 10)", "0,x,1.0"),
        ("T | top-nested 1 of b by sum(a)", "x,4"),
        ("T | make-series s = sum(a) on a from 0 to 4 step 2", "\"[1,5]\",\"[0,2]\""),
    ]);
}

#[test]
fn rows_of_two_tables() {
    let joins = |kind: &str| {
        format!("{T}T | join kind={kind} (datatable(b:string, d:int)['x',7, 'z',8]) on b | project-away c")
    };
    for (kind, expected) in [
        ("inner", "1,x,x,7|3,x,x,7"),
        ("innerunique", "1,x,x,7"),
        ("leftouter", "1,x,x,7|2,y,,|3,x,x,7"),
        ("rightouter", "1,x,x,7|3,x,x,7|,,z,8"),
        ("fullouter", "1,x,x,7|2,y,,|3,x,x,7|,,z,8"),
    ] {
        assert_eq!(rows(&joins(kind)), expected, "{kind}");
    }
    over_t(&[
        ("T | join kind=leftanti (print b = 'x') on b | project a", "2"),
        ("T | join kind=rightsemi (datatable(b:string, d:int)['x',7, 'z',8]) on b", "x,7"),
        (
            "T | lookup (datatable(k:string, d:int)['x',7]) on $left.b == $right.k | project a, d",
            "1,7|2,|3,7",
        ),
        (
            "union withsource=s (T | project a), (print a = 9)",
            "union_arg0,1|union_arg0,2|union_arg0,3|union_arg1,9",
        ),
        ("union (print v = 1), (print v = 'a')", "1,|,a"),
    ]);
    let noted = outcome(&joins("innerunique"), false).map(|outcome| outcome.notes.len());
    assert_eq!(noted, Ok(1), "which row of a key is taken is told");
}

#[test]
fn rows_out_of_values() {
    check(&[
        ("print d = dynamic([1,2]) | mv-expand d to typeof(long)", "1|2"),
        ("print d = dynamic([]), e = 1 | mv-expand d", ""),
        ("print d = dynamic(null), e = 1 | mv-expand d", ",1"),
        ("print d = dynamic({'a':1}) | mv-expand kind=array d", "\"[\"\"a\"\",1]\""),
        (
            "print d = dynamic([3,1,2]) | mv-apply x = d to typeof(long) on (summarize m = max(x))",
            "\"[3,1,2]\",3",
        ),
        (
            "print s = 'id=7 name=Bob end' | parse s with 'id=' id:long ' name=' name ' end' | project id, name",
            "7,Bob",
        ),
        ("print s = 'id=x' | parse s with 'id=' id:long | project id", "\"\""),
        ("datatable(s:string)['a=1','b'] | parse-where s with k '=' v:int | project k, v", "a,1"),
        (
            "print s = 'a:1;b:2' | parse-kv s as (b:long) with (pair_delimiter=';', kv_delimiter=':') | project b",
            "2",
        ),
        ("datatable(k:string, d:dynamic)['x', dynamic({'p':1})] | evaluate bag_unpack(d)", "x,1"),
        (
            "datatable(k:string, v:string)['x','a', 'x','b', 'y','a'] | evaluate pivot(v, count(), k)",
            "x,1,1|y,1,0",
        ),
        ("datatable(k:string, n:int)['x',1, 'x',5, 'y',2] | partition by k (top 1 by n)", "x,5|y,2"),
        (
            "datatable(f:string, t:string)['a','b', 'b','c'] | make-graph f --> t with_node_id=n | graph-match (x)-[e*1..2]->(y) where x.n == 'a' project y.n",
            "b|c",
        ),
    ]);
}

#[test]
fn sequences_of_rows() {
    check(&[
        (
            "range x from 1 to 4 step 1 | scan declare (c:long = 0) with (step s: true => c = x + s.c;) | project x, c",
            "1,1|2,3|3,6|4,10",
        ),
        (
            "datatable(t:long, e:string)[1,'a', 2,'start', 3,'b', 4,'stop', 5,'c', 6,'start', 7,'stop']
             | scan with_match_id=m with (step one: e == 'start'; step two: e !in ('start', 'stop'); step three: e == 'stop';)
             | project t, m",
            "2,0|3,0|4,0|6,1|7,0",
        ),
    ]);
}

#[test]
fn functions_of_the_query() {
    check(&[
        ("let f = (x:long, y:long = 10) { x + y }; print f(1), f(1, 2), f(y = 5, x = 1)", "11,3,6"),
        (
            "let f = (x:string) { let u = toupper(x); strcat(u, u) }; datatable(a:string)['q','r'] | extend b = f(a)",
            "q,QQ|r,RR",
        ),
        (
            "let f = (T:(a:long), n:long) { T | where a > n }; f(datatable(a:long, b:string)[1,'x', 2,'y'], 1)",
            "2,y",
        ),
        ("let f = (T:(*)) { T | extend n = 1 | project n }; print z = 9 | invoke f()", "1"),
        (
            "let V = materialize(range x from 1 to 3 step 1); print toscalar(V | count) + toscalar(V | summarize max(x))",
            "6",
        ),
        ("let a = 1; let b = a + 1; let c = b + a; print c", "3"),
    ]);
}

#[test]
fn values_that_double_end_at_the_limit() {
    let mut query = "let a0 = 'abcdefghijklmnop';".to_owned();
    for at in 1..40 {
        query += &format!("let a{at} = strcat(a{0}, a{0});", at - 1);
    }
    query += "print strlen(a39)";
    let limit = "refused: `strcat`: the value is larger than 64 MiB or 4,194,304 items, which is the limit";
    assert_eq!(rows(&query), limit);
}

#[test]
fn what_cannot_be_run_is_refused_by_name() {
    for (query, reason) in [
        ("print x = 'a' | reduce by x", "`reduce` cannot be run: it is not implemented"),
        ("print assert(1 > 2, 'one is not more')", "`assert`: one is not more"),
        (
            "print series_decompose(dynamic([1,2]))",
            "the function `series_decompose` cannot be run: it is not implemented",
        ),
        (
            "print x = 1 | evaluate autocluster()",
            "the plug-in `autocluster` cannot be run: it is not implemented",
        ),
        (
            "print 'a' matches regex '(?=a)'",
            "`(?=a)` is not a valid regular expression: look-around, including look-ahead and look-behind, is not supported",
        ),
        ("range x from 1 to 1000000000000 step 1", "more than 20000000 rows here, which is the limit"),
        ("range x from 1 to 2 step tolong('0')", "a range cannot have a step of 0"),
        (
            "SecurityEvent | count",
            "the table `SecurityEvent` has no data: give `SecurityEvent.ndjson`, `SecurityEvent.json` or `SecurityEvent.csv` with --data, or use `--missing empty`",
        ),
    ] {
        assert_eq!(rows(query), format!("refused: {reason}"), "{query}");
    }
}

#[test]
fn empty_tables_keep_their_columns() {
    for query in [
        "SecurityEvent | where EventID == 4624 | summarize count() by Account",
        "SecurityEvent | join kind=inner (SigninLogs) on TenantId | project Account, UserPrincipalName",
        "SigninLogs | mv-expand x = LocationDetails | extend y = x.city | project y",
        "SigninLogs | mv-apply x = DeviceDetail on (summarize n = count())",
        "find where TimeGenerated > ago(1d) project TimeGenerated, Type | where Type == 'x'",
        "search 'x' | project TimeGenerated",
    ] {
        let outcome = outcome(query, true);
        assert!(outcome.is_ok_and(|outcome| outcome.table.count() == 0), "{query}");
    }
}
