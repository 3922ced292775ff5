//! What the binder says.

use super::super::error::Suggestion;
use crate::source::Span;

/// The class of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// A table that is not known.
    UnknownTable,
    /// A column or another name that is not known.
    UnknownColumn,
    /// A function that is not known.
    UnknownFunction,
    /// A wrong number of arguments, or arguments in a form that does not do.
    Argument,
    /// A value of a type that does not do.
    Type,
    /// Anything else that the language does not allow.
    Semantic,
}

/// Something wrong with what a query means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The class.
    pub kind: FindingKind,
    /// The place.
    pub span: Span,
    /// One sentence that stands alone.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// A probable fix.
    pub fix: Option<Suggestion>,
    /// Whether what is known of the tables may be wrong here.
    pub low_confidence: bool,
    /// The name that is not known, where one is not.
    pub name: Option<Box<str>>,
}

impl Finding {
    pub(in crate::kql) fn new(kind: FindingKind, span: Span, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { kind, span, message, help: None, fix: None, low_confidence: false, name: None }
    }

    pub(in crate::kql) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The finding as one that may be wrong, where that is so.
    pub(in crate::kql) fn doubted(mut self, low_confidence: bool) -> Self {
        self.low_confidence |= low_confidence;
        self
    }

    /// The finding with a name that was probably meant.
    pub(in crate::kql) fn meant(mut self, nearest: Option<&str>) -> Self {
        if let Some(nearest) = nearest {
            self.help = Some(format!("Did you mean `{nearest}`?"));
            let title = format!("Replace with `{nearest}`");
            self.fix = Some(Suggestion { title, span: self.span, text: nearest.to_owned() });
        }
        self
    }
}
