//! What the binder knows of graphs. The answers are those of the official analyzer, but where a comment says otherwise.

use super::tests::{meaning, messages};

/// The columns of a query's result, or `-` where it returns no rows.
fn result(text: &str) -> String {
    let meaning = meaning(text);
    assert!(meaning.findings.is_empty(), "{text}: {:?}", meaning.findings);
    let Some(result) = meaning.result else { return "-".into() };
    let columns = result.columns.iter().map(|column| format!("{}:{}", column.name, column.kind.name()));
    let mut columns: Vec<String> = columns.collect();
    if result.has_unknown_columns {
        columns.push("...".into());
    }
    columns.join(" ")
}

const GRAPH: &str =
    "let N = datatable(Id: string, Age: long, Bag: dynamic) []; T | make-graph Text --> Text with N on Id";

#[test]
fn patterns_know_the_columns_of_their_nodes_and_edges() {
    for (rest, expected) in [
        (
            "graph-match (a)-[e]->(b) project a.Id, e.Number, Years = b.Age",
            "a_Id:string e_Number:long Years:long",
        ),
        (
            "graph-match (a)-[e]->(b) project a.Id, a.Id, a.Bag.x['y']",
            "a_Id:string a_Id1:string a_Bag_x_y:dynamic",
        ),
        (
            "graph-match (a)-[e]->(b) project strlen(a.Id), toint(b.Age), a.Age + 1",
            "strlen_Id:long Age:int Column1:long",
        ),
        ("graph-match (a)-[e]->(b), (b)<--(c) where a.Age > c.Age project c.Id", "c_Id:string"),
        (
            "graph-match (a)-[e*1..3]->(b) project e.Number, x = strcat(e.Text, '!')",
            "e_Number:dynamic x:dynamic",
        ),
        ("graph-match (a)-[e*1..3]->(b) where all(e, Number > 1) project x = map(e, Text)", "x:dynamic"),
        (
            "graph-match (a)-[e*1..3]->(b) where any(inner_nodes(e), Age > 1) project labels(a), node_id(b)",
            "Column1:dynamic Column2:string",
        ),
        // Whatever is made of a path is dynamic to the official analyzer, one value or several.
        ("graph-match (a)-[e*1..3]->(b) project x = array_length(map(e, Text))", "x:dynamic"),
        // Whole nodes are values of their own there, of a type that no column has.
        ("graph-match (a)-[e]->(b) project a, x = e", "a:dynamic x:dynamic"),
        ("graph-shortest-paths output=all (a)-[e*1..3]->(b) where a.Id == '' project b.Age", "b_Age:long"),
        ("graph-match (a)-[e]->(b) where a.Age > 1", "-"),
        ("graph-mark-components with_component_id=C | graph-match (a)-[e]->(b) project a.C", "a_C:long"),
        ("graph-mark-components | graph-to-table nodes", "Id:string Age:long Bag:dynamic ComponentId:long"),
        ("graph-where-nodes Age > 1 | graph-to-table nodes", "Id:string Age:long Bag:dynamic"),
        ("graph-to-table edges with_source_id=S", "S:long Number:long Text:string Time:datetime Bag:dynamic"),
        (
            "graph-to-table nodes as A with_node_id=I, edges as B; A | join kind=inner B on $left.Id == $right.Text | project I, Time",
            "I:long Time:datetime",
        ),
    ] {
        assert_eq!(result(&format!("{GRAPH} | {rest}")), expected, "{rest}");
    }
    for (text, expected) in [
        ("T | make-graph Text --> Text with_node_id=K | graph-match (a)-[e]->(b) project a.K", "a_K:string"),
        ("T | make-graph Text -- Text | graph-to-table nodes", ""),
        (
            "T | make-graph Text --> Text with_node_id=K partitioned-by Number (graph-match (a)-[e]->(b) project a.K)",
            "a_K:string",
        ),
        (
            "T | make-graph Text --> Text with T on Text, (T | project Text, Number = 'x') on Text | graph-to-table nodes | project Number",
            "Number:dynamic",
        ),
        (
            "let g = T | make-graph Text --> Text with T on Text; g | graph-match (a)-[e]->(b) project a.Number",
            "a_Number:long",
        ),
        (
            "let f = (t: (Text: string)) { t | make-graph Text --> Text with_node_id=K }; f(T) | graph-to-table nodes",
            "K:string",
        ),
        ("graph('g') | graph-match (a)-[e]->(b) project a.Whatever", "a_Whatever:unknown"),
        (
            "macro-expand entity_group [workspace('a')] as X (X.T | project Text, At = X.$current_database)",
            "Text:string At:string",
        ),
        (
            "let g = entity_group [workspace('a')]; macro-expand g as X (let t = X.T; t | make-graph Text --> Text with_node_id=K \
          | graph-match (a)-[e]->(b) project a.K, e.Number)",
            "a_K:string e_Number:long",
        ),
    ] {
        assert_eq!(result(text), expected, "{text}");
    }
}

#[test]
fn what_is_wrong_with_a_graph_is_reported() {
    for (rest, expected) in [
        ("graph-match (a)-[e]->(b) project e.Numbr", "Unknown column `Numbr`"),
        ("graph-match (a)-[e]->(b) where b.Number == 1 project b.Id", "Unknown column `Number`"),
        ("graph-match (a)-[e]->(b) where a.Age project a.Id", "A condition must be `bool`, got `long`"),
        ("graph-match (a)-[e]->(b) project c.Id", "`c` is not defined"),
        ("graph-match (a)-[e]->(b) project Id", "`Id` is not defined"),
        ("graph-match (a)-[e*1..3]->(b) where any(e, Nope) project a.Id", "Unknown column `Nope`"),
        ("graph-match (a)-[e]->(b) project a.Id | where a_Age > 1", "Unknown column `a_Age`"),
        ("graph-to-table nodes | project Number", "Unknown column `Number`"),
        ("graph-to-table nodes as A, edges as B; B | project Age", "Unknown column `Age`"),
        ("graph-to-table nodes, edges as B", "Both tables must be named: `nodes as N, edges as E`"),
        ("where Number > 1", "`where` expects a table, got a graph"),
        (
            "graph-match (a)(b) project a.Id",
            "Two nodes of a pattern must be connected by an edge: `(a)-[e]->(b)`",
        ),
        ("graph-match (a)-[e]-> project a.Id", "A pattern must end with a node, as in `(a)-[e]->(b)`"),
    ] {
        assert_eq!(messages(&format!("{GRAPH} | {rest}")), [expected], "{rest}");
    }
    for (text, expected) in [
        ("T | make-graph Text --> Nope with_node_id=K", "Unknown column `Nope`"),
        ("T | make-graph Bag --> Text with_node_id=K", "`make-graph` cannot compare `dynamic` values"),
        ("T | make-graph Text --> Text with T on Bag", "`Bag` is `dynamic` and cannot identify nodes"),
        ("T | graph-to-table nodes", "`graph-to-table` expects a graph, got a table"),
        ("T | extend X = map(Bag, Text)", "Unknown function `map`"),
        ("macro-expand entity_group [workspace('a')] as X (X.T | project Nope)", "Unknown column `Nope`"),
        ("macro-expand nope as X (X.T | count)", "Unknown entity group `nope`"),
    ] {
        assert_eq!(messages(text), [expected], "{text}");
    }
}

#[test]
fn a_column_without_its_element_is_shown_with_it() {
    let found = meaning(&format!("{GRAPH} | graph-match (a)-[e]->(b) project Age")).findings;
    assert_eq!(found[0].help.as_deref(), Some("`a` has this column: use `a.Age`."));
}
