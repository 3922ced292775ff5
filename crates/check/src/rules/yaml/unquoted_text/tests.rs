//! Tests of `unquoted-text`.

use crate::rules::testing::{fixes, messages};

const RULE: &str = "unquoted-text";

fn file(line: &str) -> String {
    format!("id: x\n{line}\nquery: T\n")
}

#[test]
fn what_was_meant_is_put_into_quotes() {
    for (line, fixed) in [
        ("name: a #1 of b", "name: \"a #1 of b\""),
        ("description:  High # of logins ", "description:  \"High # of logins\" "),
        ("name: !Shells now", "name: \"!Shells now\""),
        ("name: !Shells 'now'", "name: \"!Shells 'now'\""),
        ("name: &quot;Shells now", "name: \"&quot;Shells now\""),
        ("name: n\ntags:\n  - !a b", "name: n\ntags:\n  - \"!a b\""),
    ] {
        let text = file(line);
        assert_eq!(messages(RULE, &text).len(), 1, "{line}");
        let found = &fixes(RULE, "a.yaml", &text)[0].1;
        assert_eq!(*found, file(fixed), "{line}");
    }
    assert_eq!(messages(RULE, "id: x\nname: n\nquery: T | where a == \"b #c\"\n").len(), 1);
}

#[test]
fn comments_and_anchors_that_are_meant_are_left_alone() {
    for line in [
        "name: C#1 a",
        "name: a # raised after the review",
        "name: a #TODO",
        "name: 'a' #1",
        "severity: Low #1",
        "name: a ! b & c",
        "name: &n a\ndescription: *n",
        "name: !!str a",
        "tactics: &t\n  - Impact",
    ] {
        assert_eq!(messages(RULE, &file(line)), Vec::<String>::new(), "{line}");
    }
}
