//! The values that options can have.

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::catalog;
use crate::content::{self, Kind};
use crate::convert::promote::IdSource;
use crate::convert::{LongDescription, Target};
use crate::coverage;
use crate::diagnostic::Severity;
use crate::knowledge::attack;
use crate::report::Format;
use crate::review;
use crate::rules::{FailOn, Profile};

/// When to use color.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// When the output is a terminal
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The output format of `inspect`, `explain` and `rules`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Text for people.
    Full,
    /// JSON for tools.
    Json,
}

/// What `schema` prints the JSON Schema of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SchemaKind {
    /// Content.
    Content(NewKind),
    /// The configuration.
    Config,
}

/// The kinds of content that `new` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NewKind {
    /// A hunting query.
    HuntingQuery,
    /// A scheduled rule.
    ScheduledRule,
    /// An NRT rule.
    NrtRule,
    /// A custom detection of Defender.
    CustomDetection,
    /// Tests of queries.
    Test,
}

/// The form of custom detections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum DetectionForm {
    /// The body of a Graph request.
    #[default]
    Graph,
    /// A YAML file with its provenance.
    Yaml,
    /// A Bicep file.
    Bicep,
    /// An ARM template.
    Arm,
}

impl DetectionForm {
    fn as_str(self) -> &'static str {
        self.form().as_str()
    }

    /// The form of content that it is.
    pub(crate) fn form(self) -> content::Form {
        match self {
            Self::Graph => content::Form::Graph,
            Self::Yaml => content::Form::Yaml,
            Self::Bicep => content::Form::Bicep,
            Self::Arm => content::Form::Arm,
        }
    }
}

impl Form {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Json => "json",
        }
    }
}

impl SchemaKind {
    /// The name of the schema.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Content(kind) => kind.as_str(),
            Self::Config => "config",
        }
    }
}

impl NewKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::HuntingQuery => "hunting-query",
            Self::ScheduledRule => "scheduled-rule",
            Self::NrtRule => "nrt-rule",
            Self::CustomDetection => "custom-detection",
            Self::Test => "test",
        }
    }
}

/// A type whose values an option can have. Types of other crates have it too, which [`ValueEnum`] is not open to.
pub(crate) trait Choice: Clone + Send + Sync + 'static {
    /// The values, in the order of the help.
    const VALUES: &'static [Self];

    /// The name of a value, the same as elsewhere.
    fn name(&self) -> &'static str;
}

/// Reads a value by its name.
pub(crate) fn choice<T: Choice>() -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(T::VALUES.iter().map(T::name)).try_map(|given: String| {
        let mut values = T::VALUES.iter();
        values.find(|value| value.name().eq_ignore_ascii_case(&given)).cloned().ok_or("no such value")
    })
}

/// Makes values of types choices of the command line, in this order. Single values have no help: their names are self-explanatory.
macro_rules! choices {
    ($($type:ty: $values:expr;)*) => {
        $(
            impl Choice for $type {
                const VALUES: &'static [Self] = &$values;

                fn name(&self) -> &'static str {
                    self.as_str()
                }
            }
        )*
    };
}

choices! {
    attack::Version: attack::Version::ALL;
    attack::Domain: attack::Domain::ALL;
    coverage::Format: coverage::Format::ALL;
    review::Format: review::Format::ALL;
    catalog::Format: catalog::Format::ALL;
    review::FailOn: review::FailOn::ALL;
    Kind: [Kind::HuntingQuery, Kind::ScheduledRule, Kind::NrtRule, Kind::OtherRule];
    Format: Format::ALL;
    Profile: Profile::ALL;
    Severity: [Severity::Error, Severity::Warning, Severity::Info];
    FailOn: [
        FailOn::Severity(Severity::Error),
        FailOn::Severity(Severity::Warning),
        FailOn::Severity(Severity::Info),
        FailOn::Never,
    ];
    Target: Target::ALL;
    LongDescription: LongDescription::ALL;
    IdSource: IdSource::ALL;
    Form: [Form::Full, Form::Json];
    DetectionForm: [DetectionForm::Graph, DetectionForm::Yaml, DetectionForm::Bicep, DetectionForm::Arm];
    NewKind: [
        NewKind::HuntingQuery,
        NewKind::ScheduledRule,
        NewKind::NrtRule,
        NewKind::CustomDetection,
        NewKind::Test,
    ];
    SchemaKind: [
        SchemaKind::Content(NewKind::HuntingQuery),
        SchemaKind::Content(NewKind::ScheduledRule),
        SchemaKind::Content(NewKind::NrtRule),
        SchemaKind::Content(NewKind::CustomDetection),
        SchemaKind::Content(NewKind::Test),
        SchemaKind::Config,
    ];
}
