//! What a template's texts mean: its parameters and variables, and expressions worked out with them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use serde_json::{Map, Value};

use super::expression::{Expression, inside, parse};
use super::functions;

/// The parameters and variables that expressions of one template name.
#[derive(Debug, Default)]
pub(super) struct Scope {
    parameters: Rc<Map<String, Value>>,
    variables: Rc<Map<String, Value>>,
    /// The names of the loops around, with how often each has run.
    loops: Vec<(String, usize)>,
    /// How much work is left, so that no template can ask for more than it is worth.
    left: Rc<Cell<usize>>,
    /// What was not known inside values that were known for the rest.
    lost: RefCell<Vec<String>>,
}

/// How far what cannot be known is guessed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Not at all.
    Exact,
    /// It becomes [`UNKNOWN`]: enough for names, of which only the end matters.
    Name,
}

/// What stands in a name for what only Azure knows: a character that Unicode keeps out of texts for such use.
pub(super) const UNKNOWN: &str = "\u{fdd0}";

/// Calls that a template may make, and bytes that a value may take.
const MOST_CALLS: usize = 500_000;
const MAX_DEPTH: usize = 60;

impl Scope {
    /// The scope of a template; `given` are values of its parameters that win over the defaults.
    pub(super) fn of(template: &Map<String, Value>, given: Map<String, Value>) -> Self {
        let mut parameters = given;
        for (name, parameter) in
            member(template, "parameters").and_then(Value::as_object).into_iter().flatten()
        {
            let default = parameter.as_object().and_then(|parameter| member(parameter, "defaultValue"));
            if let Some(default) = default.filter(|_| member(&parameters, name).is_none()) {
                parameters.insert(name.clone(), default.clone());
            }
        }
        let variables = member(template, "variables").and_then(Value::as_object).cloned().unwrap_or_default();
        Self {
            parameters: Rc::new(parameters),
            variables: Rc::new(variables),
            loops: Vec::new(),
            left: Rc::new(Cell::new(MOST_CALLS)),
            lost: RefCell::default(),
        }
    }

    /// The same inside a loop that has run so often.
    pub(super) fn within(&self, name: &str, index: usize) -> Self {
        let mut loops = self.loops.clone();
        loops.push((name.to_owned(), index));
        let (parameters, variables) = (Rc::clone(&self.parameters), Rc::clone(&self.variables));
        Self { parameters, variables, loops, left: Rc::clone(&self.left), lost: RefCell::default() }
    }

    /// The value with every expression in it worked out and every escaped text plain again. The second list
    /// takes the pointers' last keys of the expressions that could not be worked out; they stay as they are.
    pub(super) fn value(&self, value: &Value, unknown: &mut Vec<String>) -> Value {
        self.lost.take();
        let value = self.deep(value, 0, unknown);
        unknown.append(&mut self.lost.borrow_mut());
        value
    }

    /// A text as a name: what cannot be known becomes [`UNKNOWN`].
    pub(super) fn name(&self, text: &str) -> String {
        match self.text(text, Reading::Name, 0) {
            Some(Value::String(name)) => name,
            _ => UNKNOWN.to_owned(),
        }
    }

    fn deep(&self, value: &Value, depth: usize, unknown: &mut Vec<String>) -> Value {
        match value {
            Value::String(text) => self.text(text, Reading::Exact, depth).unwrap_or_else(|| {
                unknown.push(text.clone());
                value.clone()
            }),
            Value::Array(items) => items.iter().map(|item| self.deep(item, depth, unknown)).collect(),
            Value::Object(map) => {
                // Keys are evaluated too.
                let mut entry = |(key, value): (&String, &Value)| {
                    let key = match self.text(key, Reading::Exact, depth) {
                        Some(Value::String(key)) => key,
                        _ => key.clone(),
                    };
                    (key, self.deep(value, depth, unknown))
                };
                Value::Object(map.iter().map(&mut entry).collect())
            }
            other => other.clone(),
        }
    }

    /// What a text says; `None` for an expression that cannot be worked out. Brackets around what is no
    /// expression at all were meant as they stand: published templates escape nothing.
    fn text(&self, text: &str, reading: Reading, depth: usize) -> Option<Value> {
        let Some(inner) = inside(text) else {
            let escaped = text.starts_with("[[") && text.ends_with(']');
            return Some(Value::String(if escaped { text[1..].to_owned() } else { text.to_owned() }));
        };
        match parse(inner) {
            Some(expression) => self.eval(&expression, reading, depth),
            None => Some(Value::String(text.to_owned())),
        }
    }

    fn eval(&self, expression: &Expression, reading: Reading, depth: usize) -> Option<Value> {
        let known = self.known(expression, reading, depth);
        if known.is_none() && reading == Reading::Name {
            return Some(Value::String(UNKNOWN.to_owned()));
        }
        known
    }

    fn known(&self, expression: &Expression, reading: Reading, depth: usize) -> Option<Value> {
        self.left.set(self.left.get().checked_sub(1)?);
        if depth > MAX_DEPTH {
            return None;
        }
        let value = match expression {
            Expression::Text(text) => Value::String(text.clone()),
            Expression::Number(number) => Value::from(*number),
            Expression::Member(of, key) => {
                // Variables are objects of many texts; only the one that is asked for is worked out.
                if let Some(value) = self.named(expression, reading, depth) {
                    return self.stated(value, reading, depth);
                }
                let key = self.eval(key, reading, depth + 1)?;
                match (self.eval(of, reading, depth + 1)?, key) {
                    (Value::Object(map), Value::String(key)) => member(&map, &key)?.clone(),
                    (Value::Array(items), Value::Number(index)) => {
                        items.get(usize::try_from(index.as_u64()?).ok()?)?.clone()
                    }
                    _ => return None,
                }
            }
            // Only the branch that is taken has to be known.
            Expression::Call(function, arguments) if function.eq_ignore_ascii_case("if") => {
                let [condition, yes, no] = arguments.as_slice() else { return None };
                let branch = if self.known(condition, reading, depth + 1)?.as_bool()? { yes } else { no };
                self.eval(branch, reading, depth + 1)?
            }
            Expression::Call(function, arguments) => {
                let mut values = Vec::new();
                for argument in arguments {
                    values.push(self.eval(argument, reading, depth + 1)?);
                }
                match (function.to_ascii_lowercase().as_str(), values.as_slice()) {
                    ("variables", [Value::String(name)]) => {
                        self.stated(member(&self.variables, name)?, reading, depth)?
                    }
                    ("parameters", [Value::String(name)]) => {
                        self.stated(member(&self.parameters, name)?, reading, depth)?
                    }
                    ("copyindex", given) => self.copy_index(given)?,
                    (function, _) => functions::call(function, &values)?,
                }
            }
        };
        // A text that doubles itself a few dozen times would fill the memory.
        (size(&value) <= functions::MOST_BYTES).then_some(value)
    }

    /// How often the innermost loop, or that of a name, has run; and so much more.
    fn copy_index(&self, given: &[Value]) -> Option<Value> {
        let (name, offset) = match given {
            [] => (None, 0),
            [Value::String(name)] => (Some(name), 0),
            [Value::Number(offset)] => (None, offset.as_i64()?),
            [Value::String(name), Value::Number(offset)] => (Some(name), offset.as_i64()?),
            _ => return None,
        };
        let is_meant = |known: &str| name.is_none_or(|name| name.eq_ignore_ascii_case(known));
        let (_, index) = self.loops.iter().rev().find(|(known, _)| is_meant(known))?;
        Some(i64::try_from(*index).ok()?.checked_add(offset)?.into())
    }

    /// What the template itself says of a variable, a parameter, or a part of one that is named outright.
    fn named(&self, expression: &Expression, reading: Reading, depth: usize) -> Option<&Value> {
        match expression {
            Expression::Call(function, arguments) => {
                let [Expression::Text(name)] = arguments.as_slice() else { return None };
                match function.to_ascii_lowercase().as_str() {
                    "variables" => member(&self.variables, name),
                    "parameters" => member(&self.parameters, name),
                    _ => None,
                }
            }
            Expression::Member(of, key) => {
                let of = self.named(of, reading, depth)?;
                match (of, self.eval(key, reading, depth + 1)?) {
                    (Value::Object(map), Value::String(key)) => member(map, &key),
                    (Value::Array(items), Value::Number(index)) => {
                        items.get(usize::try_from(index.as_u64()?).ok()?)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// A value that the template states, worked out.
    fn stated(&self, value: &Value, reading: Reading, depth: usize) -> Option<Value> {
        if let (Value::String(text), Reading::Name) = (value, reading) {
            return self.text(text, reading, depth + 1);
        }
        let mut unknown = Vec::new();
        let value = self.deep(value, depth + 1, &mut unknown);
        if value.is_string() && !unknown.is_empty() {
            return None;
        }
        // Of an object that holds something unknown, the rest is known all the same.
        self.lost.borrow_mut().append(&mut unknown);
        Some(value)
    }
}

/// The value of a key: spelt exactly so, or else in another case. ARM does not tell cases apart.
pub(super) fn member<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    map.get(key)
        .or_else(|| map.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value))
}

/// About as many bytes as a value takes.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(|item| size(item) + 16).sum(),
        Value::Object(map) => map.iter().map(|(key, value)| key.len() + size(value) + 16).sum(),
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn scope(template: &Value) -> Scope {
        Scope::of(template.as_object().unwrap(), Map::new())
    }

    fn read(scope: &Scope, text: &str) -> Option<Value> {
        let mut unknown = Vec::new();
        let value = scope.value(&json!(text), &mut unknown);
        unknown.is_empty().then_some(value)
    }

    #[test]
    fn variables_parameters_and_members_are_found() {
        let scope = scope(&json!({
            "Parameters": {"Sev": {"type": "string", "defaultValue": "[variables('high')]"}, "ws": {"type": "string"}},
            "variables": {
                "high": "High",
                "object1": {"version": "1.0.1", "_id": "[concat(variables('high'), '-', 1)]", "x": "[uniqueString('a')]"},
                "TemplateEmptyArray": "[json('[]')]",
                "blanks": "[replace('b', 'b', '')]",
                "escaped": "[[x]",
                "loop": "[variables('loop')]",
            },
        }));
        for (text, expected) in [
            ("[parameters('sev')]", json!("High")),
            ("[variables('object1')._id]", json!("High-1")),
            ("[variables('OBJECT1')['Version']]", json!("1.0.1")),
            ("[variables('TemplateEmptyArray')]", json!([])),
            ("[variables('blanks')]", json!("")),
            ("[variables('escaped')]", json!("[x]")),
            ("[[Dev] [x]", json!("[Dev] [x]")),
            ("[Deprecated] old [x]", json!("[Deprecated] old [x]")),
            ("plain", json!("plain")),
        ] {
            assert_eq!(read(&scope, text), Some(expected), "{text}");
        }
        for text in
            ["[parameters('ws')]", "[variables('none')]", "[variables('loop')]", "[variables('object1').x]"]
        {
            assert_eq!(read(&scope, text), None, "{text}");
        }
    }

    #[test]
    fn names_are_read_as_far_as_they_are_known() {
        let scope = scope(&json!({"variables": {"id": "abc", "spec": "[concat(parameters('ws'), '-x')]"}}));
        assert_eq!(
            scope.name("[concat(parameters('ws'),'/Microsoft.SecurityInsights/',variables('id'))]"),
            "\u{fdd0}/Microsoft.SecurityInsights/abc"
        );
        assert_eq!(scope.name("[last(split(concat('a/', guid('b')), '/'))]"), UNKNOWN);
        assert_eq!(scope.name("[concat(variables('spec'), '/1')]"), "\u{fdd0}-x/1");
        assert_eq!(scope.name("plain"), "plain");
    }

    #[test]
    fn only_the_branch_that_is_taken_must_be_known() {
        let scope = scope(&json!({}));
        assert_eq!(read(&scope, "[if(equals(1, 1), 'yes', newGuid())]"), Some(json!("yes")));
        assert_eq!(read(&scope, "[if(equals(1, 2), 'yes', newGuid())]"), None);
        assert_eq!(read(&scope, "[if(empty(newGuid()), 'yes', 'no')]"), None);
    }

    #[test]
    fn loops_count() {
        let scope = scope(&json!({"variables": {"list": [{"a": "x"}, {"a": "[concat('y', copyIndex())]"}]}}));
        assert_eq!(read(&scope.within("", 1), "[variables('list')[copyIndex()].a]"), Some(json!("y1")));
        assert_eq!(read(&scope.within("", 2), "[variables('list')[copyIndex()].a]"), None);
        assert_eq!(read(&scope, "[variables('list')]"), None, "a part of it is not known");
        let scope = scope.within("outer", 2).within("inner", 5);
        assert_eq!(read(&scope, "[copyIndex()]"), Some(json!(5)));
        assert_eq!(read(&scope, "[copyIndex('outer', 1)]"), Some(json!(3)));
        assert_eq!(read(&scope, "[copyIndex('other')]"), None);
    }

    #[test]
    fn a_template_cannot_ask_for_more_than_it_is_worth() {
        let mut variables = Map::new();
        variables.insert("v0".into(), json!("0123456789"));
        for i in 1..60 {
            let half = format!("variables('v{}')", i - 1);
            variables.insert(format!("v{i}"), json!(format!("[take(concat({half}, {half}), 9)]")));
        }
        let scope = scope(&json!({"variables": variables}));
        assert_eq!(read(&scope, "[variables('v59')]"), None, "too deep");
        assert_eq!(read(&scope, "[variables('v3')]"), Some(json!("012345678")));
        assert_eq!(read(&scope, "[variables('v18')]"), None, "too much");
        assert_eq!(read(&scope, "[toLower('X')]"), None, "what that asked for is spent");
    }
}
