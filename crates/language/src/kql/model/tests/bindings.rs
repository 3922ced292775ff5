//! What is said of names, calls and options that do not fit, with its help and its fix, and the rows that come out.

use std::fmt::Write as _;

use super::*;

const QUERIES: &[&str] = &[
    // Counts of arguments, and the functions that take more.
    "Events | extend a = isnull(Host, Size), b = isempty(Host, Host), c = isnull(), d = isempty(Host, Host, Host)",
    "Events | summarize a = max(Size, 1), b = min(Size, 1, 2), c = dcount(), d = max(), e = count(Size)",
    "Events | extend a = case(true, 1), b = case(true, 1, false, 2), c = iff(true), d = now(1h, 2h, 3h), e = strlen()",
    "print a = pack('a', 1, 'b'), b = bag_pack('a'), c = case(true, 1, 2)",
    // Lengths of time in quotes.
    "print a = ago('7d'), b = ago('x'), c = ago('1.5h'), d = ago('d'), e = ago('.5d'), f = ago(strcat('7', 'd')), g = ago(\"10m\")",
    "Events | where Time > ago('1day') and bin(Time, '1h') > now('2hours')",
    // Units that do not exist, with a name that may be a column and one that is none.
    "print a = ago(1w), b = ago(2wks), c = ago(3week), d = ago(4weeks), e = ago(5Days), f = ago(6hrs), g = ago(7min), h = ago(8mins)",
    "print a = ago(1secs), b = ago(2second), c = ago(3MS), d = ago(4x), e = ago(5months), f = ago(99999999999w), g = ago(6wk), h = ago(7hr)",
    "Nowhere | where T > ago(5mins) and U > ago(1w) and V > ago(1x)",
    "print a = 5x, b = ['5x'], c = 1_000, d = x5",
    // Clusters and databases.
    "cluster('c').database('d').Events | where Nope == 1",
    "cluster('c').Events | take 1",
    "cluster('c').foo('d') | where a == 1",
    "database('d').database('e').Events | where Nope == 1",
    "database('d').table('Events') | where Nope == 1",
    "database('d').table('Nope') | where a == 1",
    "database('d').Owners | project Owner, Nope",
    "database('d').Twice(1)",
    "database('d').nothing(1) | where a == 1",
    "database('d')['Events'] | where a == 1",
    "table('Events') | where Nope == 1",
    "union cluster('c').database('d').Events, database('e').Hosts | project Owner, Nope",
    // Graphs.
    "Events | make-graph Host --> Host with Hosts on Host | graph-where-nodes Nope == 1 | graph-where-edges Size == 'x' | graph-to-table nodes",
    "Events | make-graph Host --> Host with Hosts on Host | graph-match (a)-[e*1..3]->(b) where all(e) and any(e, Size > 1, 2) and map(e) == 1 project inner_nodes(), inner_nodes(e, 1), node_id(a, b), labels(a, b), node_degree_in(a, b), node_degree_out(a, b)",
    "Events | make-graph Host --> Host with Hosts on Host | graph-match -[e]->(b) | graph-to-table nodes",
    "Events | make-graph Host --> Host with Hosts on Host | graph-match (a)(b)-[e]->(c) project a.Owner",
    "Events | make-graph Host --> Host with Hosts on Host | graph-match (a)-[e]->-[f]->(c) project a.Owner",
    "Events | make-graph Host --> Host with Hosts on Host | graph-match (a)-[e]-> project a.Owner",
    "Events | make-graph Host --> Host with Hosts on Host | graph-to-table nodes, nodes",
    "Events | make-graph Host --> Host with Hosts on Host | graph-to-table nodes, edges",
    "Events | make-graph Host --> Host with Hosts on Host | graph-to-table nodes as N, edges",
    "Events | make-graph Host --> Host with Hosts on Host, (Events | project Host, Owner = Size) on Host | graph-to-table nodes",
    "Events | make-graph Host --> Host with Hosts on Host | where Host == 'x'",
    "let g = Events | make-graph Host --> Host with Hosts on Host; print a = g, b = strlen(g)",
    // What other languages write.
    "Events | where Host.lower() == 'a' and Host.contains('x') and Host.startswith('a', 'b') and Bag.nope(1) == 2",
    "Events | extend a = Host.replace('x', 'y'), b = Host.split(','), c = Host.strip(), d = Host.len()",
    "Events | where Host == null or Bag.k != None and Size =~ nil and strlen(Host) == undefined or 1 <> null",
    "Events | where Host == Null | extend null = 1",
    "Events | extend a = datetime_add(Day, 1, Time), b = datetime_diff(hour, Time, Time), c = datetime_part(week, Time), d = bin(day, 1)",
    "Events | summarize Total == count() by Host",
    "Events | extend New == 1, Other == 2 | project Third == 3 | where Fourth == 4 | extend Fifth === 5",
    "Events | where Host starts with 'x' and Host not in ('a') and Host does not contain 'y' and Size is not 5",
    "Events | where Host notin ('a', 'b') and Host begins_with 'c'",
    "Events | where contains(Host, 'x') and has_any(Host, 'a', 'b') and startswith(Host) and !in(Host, ('a'))",
    "Events | where (earliest(Time)) > ago(1d) and latest(Time) < now()",
    "Let x = 1; Events | where Size == x",
    "var x = 1; Events | where Size == x",
    // Joins by columns that do not fit, and without sides.
    "Events | join (Hosts) on Host == Host",
    "Events | join (Hosts) on Events.Host == Hosts.Host",
    "Events | join (Hosts) on $left.Bag == $right.Owner",
    "Events | join (Events) on $left.Bag == $right.Bag",
    "Events | join (Events) on Bag",
    "Events | join (Hosts) on $left.Size == $right.Owner",
    "Events | join (Hosts) on strlen(Host) == strlen(Owner)",
    "Events | join (Hosts) on $left.Host == Owner, Host == $right.Host",
    // Options that take a value of another type, or a literal.
    "Events | consume decodeblocks=1",
    "union isfuzzy=1 Events, Hosts",
    "union isfuzzy=Size Events, Hosts",
    "union best_effort='x' Events, Hosts",
    "Events | join hint.num_partitions='x' (Hosts) on Host",
    "Events | join hint.num_partitions=Size (Hosts) on Host",
    "Events | join hint.num_partitions=5 (Hosts) on Host",
    "Events | reduce by Host with threshold=Size",
    "Events | reduce by Host with threshold='x', characters=5",
    "Events | reduce by Host with threshold=0.1, characters=Host",
    "Events | reduce by Host with threshold=['Size'], characters=['Host']",
    "Events | join hint.num_partitions=['Size'] (Hosts) on Host | consume decodeblocks=['x']",
    "union isfuzzy=['x'] best_effort=['x'] Events, Hosts | top hint.progressive_top=['x'] 5 by Size",
    "Events | parse-kv Host as (a: string) with (pair_delimiter=['x'], kv_delimiter=['x'], quote=['x'], escape=['x'], greedy=['x'])",
    "Events | render timechart with (title=['x'], xtitle=['x'], ytitle=['x'], accumulate=['x'])",
    "Events | top hint.progressive_top=5 5 by Size",
    "Events | as hint.materialized=5 All",
    "Events | partition hint.materialized='x' by Host (take 1)",
    "Events | parse-kv Host as (a: string) with (pair_delimiter=5, kv_delimiter=Host, quote=6, escape=7, greedy='x')",
    "Events | parse-kv Host as (a: string) with (pair_delimiter=';', kv_delimiter='=', quote='q', escape='e', greedy=true)",
    "Events | render timechart with (title=5, xtitle=Size, ytitle=true, accumulate=5)",
    "let t = 'x'; Events | render timechart with (title=t, xtitle=strcat(t, 'y'), ytitle='z', accumulate=true)",
    // Columns that a bag or a tuple brings where their names are taken.
    "Events | extend W = 1 | project Host, Time | summarize arg_max(Time, *) by Host",
    "Events | extend A = 1, B = 2, C = 3, D = 4 | summarize Host = take_any(Host), take_any(*)",
    "Events | extend A = 1, B = 2, C = 3, D = 4, E = 5 | summarize A = count(), arg_max(Size, *)",
    "Events | extend A = 1, B = 2, C = 3, D = 4, E = 5 | summarize arg_max(Size, *), arg_min(Size, *) by A",
    // A function whose argument names a column.
    "Events | invoke WithOwner() | project Owner, Nope",
    "Events | extend T = Twice('x'), U = Twice(), V = Twice(1, 2), W = Twice(n = 3), X = Twice(m = 3)",
    "Owners | project Owner, Nope",
    "Owners() | where Nope == 1",
    "Twice | take 1",
    "print a = Twice, b = strlen, c = Owners, d = WithOwner",
    "let f = (a: long, b: string = 'x') { a }; print c = f, d = f(1), e = f('x'), g = f(1, 2), h = f(), i = f(b = 'y', a = 2), j = f(c = 1)",
    "let f = (t: (Size: long)) { t | extend More = Size }; f(Events) | project More, Host, Nope",
    "let f = (t: (Size: string, Gone: long)) { t | extend More = Gone }; f(Events)",
    "let f = (t: (*), n: long) { t | take n }; f(5, Events)",
    "let f = (n: long, t: (*)) { t | take n }; f(5, Events)",
    // Values where rows are meant, and rows where values are.
    "5 | take 1",
    "'x'",
    "print a = Events, b = (Events | count), c = toscalar(Events), d = toscalar(5)",
    "Events | where Size == Hosts and Host in (Hosts) and Host in (Size) and Host has_any (Hosts)",
    "Events | extend a = {b}, c = {d} + 1",
    "Events | where Host.x == 1 and Bag.x.y == 1 and Size[0] == 1 and Bag[0] == 1 and Bag['x'] == 'y'",
    "Events | sort by Nope, Size desc | top 5 by Nope | take 'x' | sample -1 | take Size",
    "Events | project Host, Host, Nope | project-away Nope, H* | project-keep Z*, Host | project-reorder Nope",
    "Events | project-rename A = Nope, B = Host, B = Size | project-rename Time = B",
    "Events | summarize count() by Nope, bin(Time, 'x'), bin(Size, 1h), Host.x",
    "Events | summarize Host, sum(Host), avg(Bag), percentile(Size, 'x'), countif(Size) by Time",
    "Events | join kind=inner Hosts on Nope | join Hosts on $left.Host == $right.Nope, $left.Size == $right.Owner",
    "Events | join Hosts on Host == Owner | join Hosts on $right.Host == $left.Host | join Hosts on $left.Host == $left.Time",
    "Events | lookup kind=inner Hosts on Host | lookup Hosts on $left.Size == $right.Host",
    "Events | make-series count() on Host step 1d | make-series sum(Size) default='x' on Time from 1 to now() step 'x'",
    "Events | mv-expand Host, Bag to typeof(nope), Size to typeof(long) | mv-apply Nope on (take 1)",
    "Events | parse Size with 'x' a: nope | parse Host with a: long | parse kind=regex flags=5 Host with '(' b",
    "Events | evaluate nope(Host) | evaluate bag_unpak(Bag)",
    "Events | extend a = nope(Host), b = strln(Host), c = tolowercase(Host), d = contains(Host, 'x')",
    "range a from 1 to 'x' step 1 | union (range b from now() to 5 step 1h), (range c from ago(1d) to now() step 5)",
    "datatable(a: long, b: string)[1, 'x', 2] | union (datatable(a: long)['x', now(), true])",
    "union withsource=Host Events | union kind=inner Events, Hosts | union Nope*, Ev* | union (print a = 1)",
    "find in (Events, Nope) where Nope == 1 project Host, Gone",
    "search in (Events) Host == 5 and Nope has 'x'",
    "Events | scan declare (n: long = 'x', m: nope) with (step s: Nope > 1 => n = 'x', q = 1; step s: s.Size > t.Size;)",
    "Events | partition by Nope (summarize count()) | partition by Host (project Nope)",
    "Events | fork (project Nope) b=(count) | take 1",
    "Events | facet by Nope with (project Gone)",
    "Events | top-nested 3 of Nope by max(Gone), top-nested of Host with others=5 by Size",
    "Events | top-hitters 'x' of Nope by Gone | sample-distinct 5 of Nope",
    "Events | invoke nope(1) | invoke strlen()",
    "set nope = 5; set querytrace; Events | take 1",
    "declare query_parameters(a: long = 'x', b: nope); Events | where Size == a and Host == b",
    "let x = 1; let x = 2; let Host = 'y'; Events | where Host == x",
    "let a = b; let b = a; print a, b",
    "let f = () { f() }; f()",
];

#[test]
fn what_is_said_of_bindings() {
    let mut out = String::new();
    for query in QUERIES {
        let parsed = parse(query);
        let model = analyze(query, &parsed, &Sample(CatalogId::fresh()), &[]);
        let _ = writeln!(out, "=== {query}");
        for error in &parsed.errors {
            let _ = writeln!(out, "  syntax: {} {}", error.span.start, error.message);
        }
        for finding in &model.findings {
            let doubt = if finding.low_confidence { "perhaps " } else { "" };
            let said = &query[finding.span.range()];
            let _ = write!(out, "  {} `{said}`: {doubt}{}", finding.span.start, finding.message);
            if let Some(help) = &finding.help {
                let _ = write!(out, " ({help})");
            }
            if let Some(fix) = &finding.fix {
                let _ = write!(out, " => {}: {}..{} {:?}", fix.title, fix.span.start, fix.span.end, fix.text);
            }
            out.push('\n');
        }
        let result = model.result.as_ref().map_or_else(
            || "nothing".to_owned(),
            |rows| {
                let mut columns: Vec<String> = rows
                    .columns
                    .iter()
                    .map(|column| format!("{}:{}", column.name, column.kind.name()))
                    .collect();
                columns.extend(rows.has_unknown_columns.then(|| "...".to_owned()));
                columns.join(" ")
            },
        );
        let _ = writeln!(out, "  = {result}");
    }
    super::results::pin("what_is_said_of_bindings", &out);
}

/// Functions that call one another are followed so deeply, and no deeper.
#[test]
fn calls_in_calls_end() {
    let columns = |count: usize| {
        let mut text = "let f0 = (t: (*)) { t | extend z = 1 }; ".to_owned();
        for at in 1..=count {
            let _ = write!(text, "let f{at} = (t: (*)) {{ f{}(t) }}; ", at - 1);
        }
        let _ = write!(text, "f{count}(Events)");
        let parsed = parse(&text);
        let model = bind(&text, &parsed, &Sample(CatalogId::fresh()), &[]);
        model.result.as_ref().map(|rows| (rows.column("z").is_some(), rows.has_unknown_columns))
    };
    assert_eq!(columns(0), Some((true, false)));
    assert_ne!(columns(400), Some((true, false)));
}
