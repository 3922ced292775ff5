//! The schemas speak to people in editors: in Markdown where they use its marks, and in words where a pattern
//! does not fit.

use crate::common::root;
use serde_json::Value;

fn each<'v>(value: &'v Value, pointer: &str, visit: &mut dyn FnMut(&str, &'v Value)) {
    visit(pointer, value);
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| each(value, &format!("{pointer}/{key}"), visit));
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(at, value)| each(value, &format!("{pointer}/{at}"), visit));
        }
        _ => {}
    }
}

#[test]
fn editors_show_words_and_not_patterns() {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for entry in std::fs::read_dir(root().join("schemas")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let schema: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        each(&schema, "", &mut |pointer, value| {
            // A property may be called `description` or `pattern` as well; then it is not a text.
            let text = |key: &str| value.get(key).and_then(Value::as_str);
            if text("pattern").is_some() {
                seen += 1;
                if text("patternErrorMessage").is_none_or(|words| !words.ends_with('.')) {
                    wrong.push(format!("{name}{pointer}: a pattern without patternErrorMessage"));
                }
            }
            let Some(description) = text("description") else { return };
            let marked = description.contains(['`', '[', '*', '_', '<']);
            if marked != text("markdownDescription").is_some() {
                wrong.push(format!("{name}{pointer}: markdownDescription belongs where there are marks"));
            } else if marked && text("markdownDescription") != Some(description) {
                wrong.push(format!("{name}{pointer}: markdownDescription and description differ"));
            }
        });
    }
    assert!(wrong.is_empty() && seen > 10, "{seen} patterns\n{}", wrong.join("\n"));
}
