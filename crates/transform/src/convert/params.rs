//! Parameter files: what one environment has otherwise than the repository, laid over a template before it is
//! converted.
//!
//! ```yaml
//! OverwriteProperties:        # keys of the template
//!   queryFrequency: 1d
//! PrependQuery: |             # before the query
//!   let window = 1d;
//! AppendQuery: |              # after the query
//!   | where DeviceName !in (excluded)
//! ReplaceQueryVariables:      # %%NAME%% in the query; a list becomes "a","b"
//!   NAME: [a, b]
//! ```
//!
//! A query may give a default: `%%NAME:value%%`. A variable with neither value nor default is a failure.

use std::collections::BTreeMap;

use super::Refusal;
use super::notes::{PARAMETERS_REFUSED, refuse};
use crate::content::Content;
use crate::content::variables::{self, Piece};
use crate::source::{Edit, SourceFile, Span};
use crate::yaml::{self, Entry, Mapping, Node, Scalar, ScalarMap, ScalarStyle, Value, edit};

/// What a parameter file says.
#[derive(Clone, Debug, Default)]
pub struct Params {
    overwrite: Vec<Entry>,
    prepend: String,
    append: String,
    variables: BTreeMap<String, String>,
    /// Whether variables may lack a value.
    partly: bool,
}

const KEYS: [&str; 4] = ["OverwriteProperties", "PrependQuery", "AppendQuery", "ReplaceQueryVariables"];

impl Params {
    /// Reads a parameter file. Refusals have their place in that file.
    pub fn parse(file: &SourceFile) -> Result<Self, Refusal> {
        let document = yaml::parse(file);
        let fail = |span, message: String, help: &str| refuse(&PARAMETERS_REFUSED, span, message, help);
        if let Some(error) = document.errors.first() {
            let message = format!("The parameter file is not valid YAML: {}", error.message);
            return Err(fail(error.span, message, "Fix the file."));
        }
        let mut params = Self::default();
        let Some(root) = document.root else { return Ok(params) };
        let Some(map) = root.as_mapping() else {
            return Err(fail(
                root.span,
                "A parameter file must be a mapping".into(),
                "See docs/convert.md for its keys.",
            ));
        };
        let mut pieces = Vec::new();
        for entry in &map.entries {
            let key = entry.key.as_str().unwrap_or_default();
            let text = || match entry.value.as_str() {
                Some(text) => Ok(text.to_owned()),
                None => {
                    Err(fail(entry.value.span, format!("`{key}` must be a string"), "Write part of a query."))
                }
            };
            match key {
                "OverwriteProperties" => params.overwrite.clone_from(&mapping(entry)?.entries),
                "PrependQuery" => {
                    params.prepend = text()?;
                    pieces.push(&entry.value);
                }
                "AppendQuery" => {
                    params.append = text()?;
                    pieces.push(&entry.value);
                }
                "ReplaceQueryVariables" => {
                    for variable in &mapping(entry)?.entries {
                        let name = variable.key.as_str().unwrap_or_default().to_owned();
                        params.variables.insert(name, value(&variable.value)?);
                    }
                }
                _ => {
                    let near = crate::similar::nearest(key, KEYS);
                    let known = || format!("The valid keys are {}.", KEYS.join(", "));
                    let help = near.map_or_else(known, |near| format!("Did you mean `{near}`?"));
                    return Err(fail(
                        entry.key.span,
                        format!("Unknown key `{key}` in a parameter file"),
                        &help,
                    ));
                }
            }
        }
        // What is put around every query must be whole by itself; what a query says is seen with the query.
        for piece in pieces {
            let text = piece.as_str().unwrap_or_default();
            params.replace(text).map_err(|(name, span)| no_value(&name, span, piece, file))?;
        }
        Ok(params)
    }

    /// The text of a file with the parameters laid over it, so that what is deployed can be checked; `None`
    /// where they change nothing.
    pub fn text_over(&self, content: &Content) -> Result<Option<String>, Refusal> {
        let over = self.over(content)?;
        // As written: the entries of both stand in the same order, whatever their keys are read as.
        let map = |content: &Content| {
            content.document.root.as_ref().and_then(Node::as_mapping).cloned().unwrap_or_default()
        };
        let (old, new) = (map(content), map(&over));
        let mut edits = Vec::new();
        for (at, entry) in new.entries.iter().enumerate() {
            let json = yaml::to_json(&entry.value);
            match old.entries.get(at) {
                None => {
                    let line = format!("{}: {json}", entry.key.as_str().unwrap_or_default());
                    edits.extend(edit::insert_entry(&content.source, &old, None, &line));
                }
                Some(own) if yaml::to_json(&own.value) == json => {}
                Some(own) => edits.extend(match entry.value.as_str() {
                    Some(text) if own.value.as_str().is_some() => {
                        edit::replace_scalar(&content.source, &own.value, text)
                    }
                    _ => Some(edit::replace_entry_value(&content.source, own, &json.to_string())),
                }),
            }
        }
        Ok(if edits.is_empty() { None } else { Edit::apply(&edits, content.source.text()) })
    }

    /// Lays the parameters over a file. What is put in stands, as far as places are concerned, where it was
    /// put.
    pub fn over(&self, content: &Content) -> Result<Content, Refusal> {
        let mut root = content.document.root.clone();
        if let Some(Node { value: Value::Mapping(map), .. }) = &mut root {
            for entry in &self.overwrite {
                overwrite(map, entry);
            }
            self.change_query(content, map)?;
        }
        Ok(content.with_root(root))
    }

    fn change_query(&self, content: &Content, map: &mut Mapping) -> Result<(), Refusal> {
        let is_query =
            |entry: &&mut Entry| entry.key.as_str().is_some_and(|key| key.eq_ignore_ascii_case("query"));
        let Some(entry) = map.entries.iter_mut().find(is_query) else { return Ok(()) };
        let Some(text) = entry.value.as_str().map(str::to_owned) else { return Ok(()) };
        let whole = entry.value.span;
        let middle = self
            .replace(&text)
            .map_err(|(name, span)| no_value(&name, span, &entry.value, &content.source))?;
        let around = |piece: &str| self.replace(piece).unwrap_or_default();
        let (before, after) = (around(&self.prepend), around(&self.append));
        let changed = format!("{before}{middle}{after}");
        if changed != text {
            entry.value = scalar(changed, whole);
        }
        Ok(())
    }

    /// Replaces `%%NAME%%` and `%%NAME:default%%`; the error is the first name without a value, and its place.
    fn replace(&self, text: &str) -> Result<String, (String, Span)> {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        while let Some((span, piece)) = variables::next(text, at) {
            out.push_str(&text[at..span.range().start]);
            match piece {
                Piece::Escape => out.push_str("%%"),
                Piece::Variable(name, default) => match (self.variables.get(name), default) {
                    (Some(value), _) => out.push_str(value),
                    (None, Some(default)) => out.push_str(default),
                    // Whoever only checks reads on.
                    (None, None) if self.partly => out.push_str(&text[span.range()]),
                    (None, None) => return Err((name.to_owned(), span)),
                },
            }
            at = span.range().end;
        }
        out.push_str(&text[at..]);
        Ok(out)
    }

    /// The same, where a variable without a value is not a mistake and stays as it is.
    #[must_use]
    pub fn partly(mut self) -> Self {
        self.partly = true;
        self
    }

    /// These parameters with later ones over them.
    #[must_use]
    pub fn then(mut self, later: Self) -> Self {
        self.overwrite.extend(later.overwrite);
        if !later.prepend.is_empty() {
            self.prepend = later.prepend;
        }
        if !later.append.is_empty() {
            self.append = later.append;
        }
        self.variables.extend(later.variables);
        self.partly |= later.partly;
        self
    }
}

/// What is wrong with a variable that stands at a place of a node's text.
fn no_value(name: &str, span: Span, node: &Node, file: &SourceFile) -> Refusal {
    let place = ScalarMap::new(file, node).map_or(node.span, |map| map.span(span));
    let message = format!("The variable `%%{name}%%` has no value");
    let help = format!(
        "Set it under `ReplaceQueryVariables` in a file given with --params, or add a default: `%%{name}:value%%`. To \
         keep the text as is, write `%%%%{name}%%%%`."
    );
    refuse(&PARAMETERS_REFUSED, place, message, help)
}

fn mapping(entry: &Entry) -> Result<&Mapping, Refusal> {
    entry.value.as_mapping().ok_or_else(|| {
        let message = format!("`{}` must be a mapping", entry.key.as_str().unwrap_or_default());
        let help = "Write one key and value per line below it.";
        refuse(&PARAMETERS_REFUSED, entry.value.span, message, help)
    })
}

/// A value as it stands in a query: a text as it is, a list in quotes with commas between.
fn value(node: &Node) -> Result<String, Refusal> {
    match &node.value {
        Value::Scalar(scalar) => Ok(scalar.text.clone()),
        Value::Sequence(list) => {
            let quoted = |item: &Node| {
                item.as_str().map(|text| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
            };
            let items: Vec<String> = list.items.iter().filter_map(quoted).collect();
            Ok(items.join(","))
        }
        _ => {
            let message = "A query variable must be a string or a list of strings";
            Err(refuse(&PARAMETERS_REFUSED, node.span, message, "Write a value, or `[a, b]`."))
        }
    }
}

fn overwrite(map: &mut Mapping, entry: &Entry) {
    let key = entry.key.as_str().unwrap_or_default();
    let present = map
        .entries
        .iter_mut()
        .find(|own| own.key.as_str().is_some_and(|name| name.eq_ignore_ascii_case(key)));
    if let Some(own) = present {
        let span = own.value.span;
        own.value = placed(&entry.value, span);
        return;
    }
    let span = map.entries.first().map(|entry| entry.key.span).unwrap_or_default();
    map.entries.push(Entry {
        key: placed(&entry.key, span),
        value: placed(&entry.value, span),
        duplicate_of: None,
    });
}

/// The same value, wherever it came from, at another place.
fn placed(node: &Node, span: Span) -> Node {
    let mut node = node.clone();
    node.span = span;
    match &mut node.value {
        Value::Sequence(list) => list.items.iter_mut().for_each(|item| *item = placed(item, span)),
        Value::Mapping(map) => {
            for entry in &mut map.entries {
                entry.key = placed(&entry.key, span);
                entry.value = placed(&entry.value, span);
            }
        }
        _ => {}
    }
    node
}

fn scalar(text: String, span: Span) -> Node {
    let scalar = Scalar { text, style: ScalarStyle::Literal, indent: None, header: None, in_flow: false };
    Node { span, value: Value::Scalar(scalar), anchor: None, tag: None }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn params(text: &str) -> Params {
        Params::parse(&SourceFile::new("p.yaml", text)).unwrap()
    }

    #[test]
    fn variables_are_replaced_in_the_order_value_default_failure() {
        let params = params("ReplaceQueryVariables:\n  A: 1d\n  B: [x, 'y\"z']\n");
        assert_eq!(
            params.replace("ago(%%A%%) in (%%B%%) %%C:5%% 100%% a%%").unwrap(),
            "ago(1d) in (\"x\",\"y\\\"z\") 5 100%% a%%"
        );
        assert_eq!(params.replace("\"%%%%windir%%%%\" %%A%%").unwrap(), "\"%%windir%%\" 1d");
        assert_eq!(params.replace("T | %%MISSING%%").unwrap_err(), ("MISSING".to_owned(), Span::new(4, 15)));
    }

    #[test]
    fn a_query_is_wrapped_and_properties_are_overwritten() {
        let params = params(
            "OverwriteProperties:\n  Severity: High\n  version: 2.0.0\nPrependQuery: \"let a = 1;\\n\"\nAppendQuery: \"| take 1\\n\"\n",
        );
        let text = "id: x\nname: n\nseverity: Low\ntactics: []\nquery: |\n  T\n";
        let content = Content::read(Arc::new(SourceFile::new("a.yaml", text)), "a.yaml");
        let over = params.over(&content).unwrap();
        let template = over.template().unwrap();
        assert_eq!(template.common().query.unwrap().value, "let a = 1;\nT\n| take 1\n");
        assert_eq!(template.common().severity.unwrap().value, "High");
        assert_eq!(template.common().version.unwrap().value, "2.0.0");
    }

    #[test]
    fn a_variable_without_a_value_is_a_failure_at_its_place() {
        let text = "id: x\nname: n\ntactics: []\nquery: |\n  T\n  | where a == %%B%%\n";
        let content = Content::read(Arc::new(SourceFile::new("a.yaml", text)), "a.yaml");
        let failure = Params::default().over(&content).unwrap_err();
        assert_eq!(content.source.slice(failure.span), "%%B%%");
    }

    #[test]
    fn a_strange_parameter_file_is_refused_with_a_suggestion() {
        let failure = Params::parse(&SourceFile::new("p.yaml", "PrependQuerry: x\n")).unwrap_err();
        assert_eq!(failure.help.as_deref(), Some("Did you mean `PrependQuery`?"));
    }
}
