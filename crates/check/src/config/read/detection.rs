//! `[convert.detection]`.

use super::{Reader, Table, Value};
use crate::config::ConvertDetection;
use crate::convert::detection::Form;
use crate::convert::promote::IdSource;
use crate::convert::values_of_options::{duration, frequency};
use crate::knowledge::{defender, limits};

/// The keys, which have the names of the options.
const KEYS: [&str; 12] = [
    "form",
    "id",
    "frequency",
    "lookback",
    "api-version",
    "keep-window",
    "enabled",
    "severity",
    "name-prefix",
    "tactic",
    "no-derive-entities",
    "strict",
];
/// The forms that are written.
const FORMS: [Form; 4] = [Form::Graph, Form::Yaml, Form::Bicep, Form::Arm];

impl Reader {
    pub(super) fn convert_detection(&mut self, value: &Value<'_>) -> ConvertDetection {
        let mut found = ConvertDetection::default();
        let Some(table) = value.get_ref().as_table() else {
            let help = "write `[convert.detection]`".to_owned();
            self.fail(value.span(), "`detection` must be a table", Some(help));
            return found;
        };
        self.keys(table, &mut found);
        found
    }

    fn keys(&mut self, table: &Table<'_>, found: &mut ConvertDetection) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "form" => {
                    let name = self.one_of(value, &FORMS.map(Form::as_str));
                    found.form = FORMS.into_iter().find(|form| Some(form.as_str()) == name);
                }
                "id" => {
                    let name = self.one_of(value, &IdSource::ALL.map(IdSource::as_str));
                    found.id = IdSource::ALL.into_iter().find(|source| Some(source.as_str()) == name);
                }
                "frequency" => found.frequency = self.checked(value, frequency),
                "lookback" => found.lookback = self.checked(value, duration),
                "api-version" => {
                    found.api_version = self.one_of(value, &["v1.0", "beta"]).map(str::to_owned);
                }
                "keep-window" => found.keep_window = self.boolean(value),
                "enabled" => found.enabled = self.boolean(value),
                "severity" => {
                    let names: Vec<&str> =
                        limits::SEVERITIES.into_iter().chain(defender::SEVERITIES.iter().copied()).collect();
                    found.severity = self.one_of(value, &names).map(str::to_owned);
                }
                "name-prefix" => found.name_prefix = self.text(value),
                "tactic" => found.tactic = Some(self.texts(value)),
                "no-derive-entities" => found.no_derive_entities = self.boolean(value),
                "strict" => found.strict = self.boolean(value),
                _ => self.unknown(key, "[convert.detection]", &KEYS),
            }
        }
    }
}
