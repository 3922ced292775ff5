//! From TOML to [`Config`]: every key and value is looked at with its span, so that each mistake has a place
//! and, where a name is nearly right, a suggestion.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Check, Config, ConfigError, Convert, Fmt, Knowledge, Pattern, PerPath};
use crate::convert::LongDescription;
use crate::convert::values_of_options::{api_version, start_at};
use crate::diagnostic::Severity;
use crate::fmt;
use crate::knowledge::{attack, limits};
use crate::rules::{FailOn, Profile, RuleOption, RuleOptions, Selector};
use crate::similar::nearest;
use crate::source::{SourceFile, Span};

mod detection;

struct Reader {
    file: Arc<SourceFile>,
    errors: Vec<ConfigError>,
}

type Table<'i> = DeTable<'i>;
type Value<'i> = Spanned<DeValue<'i>>;

pub(super) fn config(file: &Arc<SourceFile>) -> Result<Config, Vec<ConfigError>> {
    let mut reader = Reader { file: Arc::clone(file), errors: Vec::new() };
    let config = match DeTable::parse(file.text()) {
        Ok(root) => reader.root(root.get_ref()),
        Err(error) => {
            let span = error.span().unwrap_or_default();
            reader.fail(span, format!("invalid TOML: {}", error.message()), None);
            Config::default()
        }
    };
    if reader.errors.is_empty() { Ok(config) } else { Err(reader.errors) }
}

/// The keys of `[check]`.
const CHECK: &[&str] =
    &["select", "extend-select", "ignore", "profile", "fail-on", "min-severity", "exclude", "per-path"];

/// The keys of `[knowledge]`.
const KNOWLEDGE: &[&str] = &["attack-version", "connectors", "tables", "functions", "watchlists"];

/// Options of the command line that the configuration does not have.
const OPTIONS: &[&str] = &[
    "baseline",
    "color",
    "diff-base",
    "fix",
    "max-findings",
    "max-warnings",
    "no-ignore",
    "output-file",
    "output-format",
    "report",
    "statistics",
    "unsafe-fixes",
];

impl Reader {
    fn fail(&mut self, span: Range<usize>, message: impl Into<String>, help: Option<String>) {
        let span = Span::new(span.start, span.end);
        self.errors.push(ConfigError { file: Arc::clone(&self.file), span, message: message.into(), help });
    }

    fn unknown(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, place: &str, known: &[&str]) {
        let name = key.get_ref();
        let belongs = [("check", CHECK), ("knowledge", KNOWLEDGE)]
            .into_iter()
            .find(|(_, keys)| keys.contains(&&**name));
        let help = match nearest(name, known.iter().copied()) {
            _ if belongs.is_some() => {
                let table = belongs.map_or("", |(table, _)| table);
                format!("write it under `[{table}]`")
            }
            Some(near) => format!("did you mean `{near}`?"),
            None if OPTIONS.contains(&&**name) => format!("use the option `--{name}` on the command line"),
            None => format!("the valid keys are {}", known.join(", ")),
        };
        self.fail(key.span(), format!("unknown key `{name}` in {place}"), Some(help));
    }

    fn root(&mut self, root: &Table<'_>) -> Config {
        let mut config = Config::default();
        for (key, value) in root {
            match (key.get_ref().as_ref(), value.get_ref().as_table()) {
                ("extend", _) => {
                    let span = value.span();
                    let path = self.text(value).map(PathBuf::from);
                    config.extend = path.map(|path| (path, Span::new(span.start, span.end)));
                }
                ("check", Some(table)) => config.check = self.check(table),
                ("rules", Some(table)) => config.rules = self.rules(table),
                ("knowledge", Some(table)) => config.knowledge = self.knowledge(table),
                ("convert", Some(table)) => config.convert = self.convert(table),
                ("fmt", Some(table)) => config.fmt = self.fmt(table),
                (name @ ("check" | "rules" | "knowledge" | "convert" | "fmt"), None) => {
                    self.fail(
                        value.span(),
                        format!("`{name}` must be a table"),
                        Some(format!("write `[{name}]`")),
                    );
                }
                _ => {
                    let known = ["extend", "check", "rules", "knowledge", "convert", "fmt"];
                    self.unknown(key, "sentlint.toml", &known);
                }
            }
        }
        config
    }

    fn check(&mut self, table: &Table<'_>) -> Check {
        let mut check = Check::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "select" => check.select = Some(self.selectors(value)),
                "extend-select" => check.extend_select = self.selectors(value),
                "ignore" => check.ignore = self.selectors(value),
                "profile" => check.profile = self.profile(value),
                "fail-on" => check.fail_on = self.fail_on(value),
                "min-severity" => check.min_severity = self.severity(value),
                "exclude" => check.exclude = Some(self.patterns(value)),
                "per-path" => check.per_path = self.per_paths(value),
                "extend" => {
                    let help = "write it at the top of the file, before the first table".to_owned();
                    self.fail(key.span(), "`extend` is not a key of [check]", Some(help));
                }
                _ => {
                    self.unknown(key, "[check]", CHECK);
                }
            }
        }
        check
    }

    fn per_paths(&mut self, value: &Value<'_>) -> Vec<PerPath> {
        let Some(table) = value.get_ref().as_table() else {
            let help = "write `[check.per-path.\"PATTERN\"]`".to_owned();
            self.fail(value.span(), "`per-path` must be a table of patterns", Some(help));
            return Vec::new();
        };
        let mut all = Vec::new();
        for (pattern, value) in table {
            let Some(table) = value.get_ref().as_table() else {
                let written = self.file.text().get(value.span()).unwrap_or_default();
                let rules =
                    if written.starts_with('[') { written.to_owned() } else { format!("[{written}]") };
                let help = format!("write `{{ ignore = {rules} }}` to ignore rules");
                self.fail(value.span(), "the settings of a pattern must be a table", Some(help));
                continue;
            };
            self.pattern(pattern.get_ref(), pattern.span());
            let mut one = PerPath { pattern: Pattern::named(pattern.get_ref()), ..PerPath::default() };
            for (key, value) in table {
                match key.get_ref().as_ref() {
                    "select" => one.select = Some(self.selectors(value)),
                    "extend-select" => one.extend_select = self.selectors(value),
                    "ignore" => one.ignore = self.selectors(value),
                    "profile" => one.profile = self.profile(value),
                    _ => self.unknown(
                        key,
                        "[check.per-path]",
                        &["select", "extend-select", "ignore", "profile"],
                    ),
                }
            }
            all.push(one);
        }
        all
    }

    fn rules(&mut self, table: &Table<'_>) -> RuleOptions {
        let mut options = RuleOptions::default();
        for (name, value) in table {
            let id = match Selector::parse(name.get_ref()) {
                Ok(Selector::Rule(rule)) => rule.id,
                Ok(_) => {
                    self.fail(name.span(), "options can only be set for a rule, not for a group", None);
                    continue;
                }
                Err(message) => {
                    self.fail(name.span(), message, None);
                    continue;
                }
            };
            let Some(table) = value.get_ref().as_table() else {
                let help = match value.get_ref().as_str() {
                    Some(level @ ("error" | "warning" | "info")) => {
                        format!("write `{id} = {{ severity = \"{level}\" }}`")
                    }
                    _ => format!("to turn the rule off, write `ignore = [\"{id}\"]` under `[check]`"),
                };
                self.fail(value.span(), format!("`rules.{id}` must be a table of options"), Some(help));
                continue;
            };
            let mut option = RuleOption::default();
            for (key, value) in table {
                match key.get_ref().as_ref() {
                    "severity" => option.severity = self.severity(value),
                    _ => self.unknown(key, &format!("[rules.{id}]"), &["severity"]),
                }
            }
            options.insert(id, option);
        }
        options
    }

    fn knowledge(&mut self, table: &Table<'_>) -> Knowledge {
        let mut knowledge = Knowledge::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                // The older name of the key.
                "attack-version" | "attack" => knowledge.attack = self.attack(value),
                "connectors" => knowledge.connectors = self.texts(value),
                "tables" => knowledge.tables = self.paths(value),
                "functions" => knowledge.functions = self.paths(value),
                "watchlists" => knowledge.watchlists = self.texts(value),
                _ => self.unknown(key, "[knowledge]", KNOWLEDGE),
            }
        }
        knowledge
    }

    fn attack(&mut self, value: &Value<'_>) -> Option<attack::Version> {
        let text = self.text(value)?;
        match text.parse() {
            Ok(version) => Some(version),
            Err(message) => {
                self.fail(value.span(), message, None);
                None
            }
        }
    }

    fn convert(&mut self, table: &Table<'_>) -> Convert {
        let mut convert = Convert::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "api-version" => convert.api_version = self.checked(value, api_version),
                "name-prefix" => convert.name_prefix = self.text(value),
                "severity" => convert.severity = self.one_of(value, &limits::SEVERITIES).map(str::to_owned),
                "enabled" => convert.enabled = self.boolean(value),
                "start-at" => convert.start_at = self.checked(value, start_at),
                "no-incidents" => convert.no_incidents = self.boolean(value),
                "params" => convert.params = self.text(value).map(PathBuf::from),
                "with-template-link" => convert.with_template_link = self.boolean(value),
                "long-description" => {
                    let words = LongDescription::ALL.map(LongDescription::as_str);
                    convert.long_description = self.one_of(value, &words).and_then(LongDescription::named);
                }
                "solution" => convert.solution = self.text(value).map(PathBuf::from),
                "detection" => convert.detection = self.convert_detection(value),
                _ => {
                    let known = [
                        "api-version",
                        "name-prefix",
                        "severity",
                        "enabled",
                        "start-at",
                        "no-incidents",
                        "params",
                        "with-template-link",
                        "long-description",
                        "solution",
                        "detection",
                    ];
                    self.unknown(key, "[convert]", &known);
                }
            }
        }
        convert
    }

    fn fmt(&mut self, table: &Table<'_>) -> Fmt {
        let mut fmt = Fmt::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "width" => fmt.width = self.width(value),
                "style" => fmt.style = self.style(value),
                _ => self.unknown(key, "[fmt]", &["width", "style"]),
            }
        }
        fmt
    }

    fn width(&mut self, value: &Value<'_>) -> Option<usize> {
        let widths = fmt::Options::WIDTHS;
        let number = value.get_ref().as_integer().and_then(|number| number.to_string().parse().ok());
        let width = number.filter(|width| widths.contains(width));
        if width.is_none() {
            let message = format!("`width` must be a number from {} to {}", widths.start(), widths.end());
            self.fail(value.span(), message, None);
        }
        width
    }

    fn style(&mut self, value: &Value<'_>) -> Option<fmt::Style> {
        let name = self.text(value)?;
        let style = fmt::Style::of(&name);
        if style.is_none() {
            self.fail(value.span(), format!("`style` must be `{}`", fmt::Style::NAMES.join("` or `")), None);
        }
        style
    }

    fn text(&mut self, value: &Value<'_>) -> Option<String> {
        let text = value.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.fail(value.span(), format!("expected a string, found {}", article(value)), quoted(value));
        }
        text
    }

    /// A text that has to be of some form; the test says what is wrong with it.
    fn checked(&mut self, value: &Value<'_>, test: fn(&str) -> Result<(), String>) -> Option<String> {
        let text = self.text(value)?;
        match test(&text) {
            Ok(()) => Some(text),
            Err(message) => {
                self.fail(value.span(), message, None);
                None
            }
        }
    }

    fn boolean(&mut self, value: &Value<'_>) -> Option<bool> {
        let truth = value.get_ref().as_bool();
        if truth.is_none() {
            self.fail(value.span(), format!("expected `true` or `false`, found {}", article(value)), None);
        }
        truth
    }

    fn items<'v, 'i>(&mut self, value: &'v Value<'i>) -> Vec<&'v Value<'i>> {
        if let Some(array) = value.get_ref().as_array() {
            return array.iter().collect();
        }
        let help = value.get_ref().as_str().map(|text| format!("write `[\"{text}\"]`"));
        self.fail(value.span(), format!("expected an array of strings, found {}", article(value)), help);
        Vec::new()
    }

    fn texts(&mut self, value: &Value<'_>) -> Vec<String> {
        self.items(value).into_iter().filter_map(|item| self.text(item)).collect()
    }

    fn patterns(&mut self, value: &Value<'_>) -> Vec<Pattern> {
        let mut patterns = Vec::new();
        for item in self.items(value) {
            let Some(text) = self.text(item) else { continue };
            self.pattern(&text, item.span());
            patterns.push(Pattern::named(&text));
        }
        patterns
    }

    /// A pattern that matches nothing because it cannot be read would be ignored in silence.
    fn pattern(&mut self, pattern: &str, span: Range<usize>) {
        // A bracket that is not closed counts as itself in .gitignore, where nobody reports mistakes.
        if let Some(open) = unclosed(pattern) {
            let message =
                format!("`{pattern}` is not a valid pattern: unclosed bracket in `{}`", &pattern[open..]);
            let help = "close it, or use `\\[` for a literal bracket".to_owned();
            return self.fail(span, message, Some(help));
        }
        if let Err(error) = ignore::gitignore::GitignoreBuilder::new("").add_line(None, pattern) {
            let help = "use .gitignore syntax, such as `old/**` or `*.draft.yaml`".to_owned();
            let reason = match error {
                ignore::Error::Glob { err, .. } => err,
                other => other.to_string(),
            };
            self.fail(span, format!("`{pattern}` is not a valid pattern: {reason}"), Some(help));
        }
    }

    fn paths(&mut self, value: &Value<'_>) -> Vec<(PathBuf, Span)> {
        let mut paths = Vec::new();
        for item in self.items(value) {
            let span = item.span();
            paths.extend(self.text(item).map(|text| (PathBuf::from(text), Span::new(span.start, span.end))));
        }
        paths
    }

    fn selectors(&mut self, value: &Value<'_>) -> Vec<Selector> {
        let mut all = Vec::new();
        for item in self.items(value) {
            let Some(text) = self.text(item) else { continue };
            match Selector::parse(&text) {
                Ok(selector) => all.push(selector),
                Err(message) => self.fail(item.span(), message, None),
            }
        }
        all
    }

    fn one_of<'k>(&mut self, value: &Value<'_>, known: &[&'k str]) -> Option<&'k str> {
        let text = self.text(value)?;
        let found = known.iter().find(|name| **name == text).copied();
        if found.is_none() {
            let help = match nearest(&text, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the valid values are {}", known.join(", ")),
            };
            self.fail(value.span(), format!("`{text}` is not a valid value"), Some(help));
        }
        found
    }

    fn profile(&mut self, value: &Value<'_>) -> Option<Profile> {
        let names = Profile::ALL.map(Profile::as_str);
        self.one_of(value, &names).and_then(|name| name.parse().ok())
    }

    fn severity(&mut self, value: &Value<'_>) -> Option<Severity> {
        if let Some(text @ ("off" | "none" | "ignore" | "never")) = value.get_ref().as_str() {
            let help = "to turn a rule off, add it to `ignore`".to_owned();
            self.fail(value.span(), format!("`{text}` is not a valid severity"), Some(help));
            return None;
        }
        self.one_of(value, &["info", "warning", "error"]).and_then(Severity::parse)
    }

    fn fail_on(&mut self, value: &Value<'_>) -> Option<FailOn> {
        self.one_of(value, &["error", "warning", "info", "never"]).and_then(FailOn::parse)
    }
}

/// A number or Boolean as a string.
fn quoted(value: &Value<'_>) -> Option<String> {
    let text = match value.get_ref() {
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(truth) => truth.to_string(),
        _ => return None,
    };
    Some(format!("write `\"{text}\"`"))
}

fn article(value: &Value<'_>) -> &'static str {
    match value.get_ref() {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a Boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

/// Where a bracket opens that is not closed.
fn unclosed(pattern: &str) -> Option<usize> {
    let mut open = None;
    let mut chars = pattern.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '[' if open.is_none() => {
                open = Some(at);
                // The first character inside may be the bracket itself.
                let rest = &pattern[at + 1..];
                let first = rest.strip_prefix(['!', '^']).unwrap_or(rest);
                let skipped = rest.len() - first.len() + usize::from(first.starts_with(']'));
                for _ in 0..skipped {
                    chars.next();
                }
            }
            ']' => open = None,
            _ => {}
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_closed_or_escaped() {
        for fine in ["a[bc]", "a\\[b", "[]a]", "[!]a]", "a]", "[[]x", "**"] {
            assert_eq!(unclosed(fine), None, "{fine}");
        }
        for (wrong, at) in [("content/[a-", 8), ("[", 0), ("[]", 0), ("[a][b", 3)] {
            assert_eq!(unclosed(wrong), Some(at), "{wrong}");
        }
    }
}
