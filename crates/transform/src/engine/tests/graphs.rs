//! Operators on graphs.

use super::{check, rows};

/// Two ways of the same length from `a` to `d`, a longer one, and a part of its own.
const ROADS: &str = "let Roads = datatable(src:string, dst:string, km:long)\
                     ['a','b',1, 'a','c',5, 'b','d',1, 'c','d',1, 'd','a',9, 'x','y',2];\n\
                     let Towns = datatable(name:string, size:long)['a',1, 'b',2, 'c',3, 'd',4, 'x',5, 'y',6];\n\
                     Roads | make-graph src --> dst with Towns on name | ";

fn on_roads(cases: &[(&str, &str)]) {
    for (query, expected) in cases {
        assert_eq!(rows(&format!("{ROADS}{query}")), *expected, "{query}");
    }
}

#[test]
fn the_shortest_paths_between_two_nodes_are_found() {
    let path =
        "(s)-[e*1..4]->(t) where s.name == 'a' and t.name == 'd' project x = strcat_array(map(e, dst), '>')";
    on_roads(&[
        (&format!("graph-shortest-paths {path}"), "b>d"),
        (&format!("graph-shortest-paths output=all {path}"), "b>d|c>d"),
        (
            "graph-shortest-paths (s)-[e*1..3]->(t) where s.name == 'd' project t = t.name, n = array_length(map(e, km)) \
             | sort by t asc",
            "a,1|b,2|c,2",
        ),
    ]);
}

#[test]
fn nodes_and_edges_become_rows() {
    on_roads(&[
        ("graph-to-table nodes | where size > 4", "x,5|y,6"),
        ("graph-to-table edges | where km > 4", "a,c,5|d,a,9"),
        // The id of a node is the hash of its key.
        ("graph-to-table nodes with_node_id=Id | where Id != hash(name) | count", "0"),
        (
            "graph-to-table edges with_source_id=S with_target_id=T | where S != hash(src) or T != hash(dst) | count",
            "0",
        ),
        (
            "graph-to-table nodes as N with_node_id=Id, edges as E with_source_id=S; \
             E | where km > 4 | join kind=inner N on $left.S == $right.Id | project src, name, size",
            "a,a,1|d,d,4",
        ),
        (
            "graph-to-table nodes as N, edges as E",
            "refused: `graph-to-table` of two tables as one result cannot be run: it is not implemented",
        ),
    ]);
}

#[test]
fn nodes_are_marked_by_what_they_are_connected_with() {
    on_roads(&[
        (
            "graph-mark-components | graph-to-table nodes | summarize make_list(name) by ComponentId | project strcat_array(list_name, '')",
            "abcd|xy",
        ),
        (
            "graph-mark-components kind=strong with_component_id=Part | graph-to-table nodes | project name, Part",
            "a,0|b,0|c,0|d,0|x,1|y,2",
        ),
        (
            "graph-mark-components | graph-match (s)-[e]->(t) where s.ComponentId == 1 project s.name, t.name",
            "x,y",
        ),
    ]);
}

#[test]
fn conditions_make_a_graph_smaller() {
    on_roads(&[
        ("graph-where-nodes size < 4 | graph-to-table edges | project src, dst", "a,b|a,c"),
        ("graph-where-edges km > 4 | graph-match (s)-[e]->(t) project s.name, t.name", "a,c|d,a"),
        ("graph-where-edges km > 4 | graph-to-table nodes | count", "6"),
        (
            "graph-where-nodes name != 'b' | graph-match (s)-[e]->(t) where node_degree_out(s) == 1 and s.name == 'a' \
             project t.name",
            "c",
        ),
    ]);
    check(&[(
        "datatable(f:string, t:string)['a','b', 'b','c'] | make-graph f --> t with_node_id=n
         | graph-match (x)-[e*1..2]->(y) where all(inner_nodes(e), n == 'b') and x.n == 'a' project y.n",
        "b|c",
    )]);
}
