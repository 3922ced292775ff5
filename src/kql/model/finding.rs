//! What the binder says.

use super::super::error::Suggestion;
use crate::source::Span;

/// The class of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FindingKind {
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
pub(crate) struct Finding {
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

/// Of some names the one nearest to a word, unless all are far from it.
pub(crate) fn nearest<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let lower = word.to_ascii_lowercase();
    // Of a name of one or two letters, any other is near.
    let length = word.chars().count();
    // A slip is one letter, in a longer name two.
    let allowed = if length < 3 { 0 } else { (length / 4).clamp(1, 2) };
    let own = letters(&lower);
    let mut best: Option<(usize, &str)> = None;
    for name in names {
        // Names that differ much in length or in their letters cannot be near, and need not be compared.
        if name == word || name.len().abs_diff(word.len()) > allowed {
            continue;
        }
        let other = letters(name);
        if (own & !other).count_ones().max((other & !own).count_ones()) as usize > allowed {
            continue;
        }
        let distance = strsim::osa_distance(&lower, &name.to_ascii_lowercase());
        if distance <= allowed && best.is_none_or(|(least, kept)| (distance, name) < (least, kept)) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// The letters of a name, each as a bit; those beyond ASCII are left out.
fn letters(name: &str) -> u128 {
    let letters = name.bytes().filter(u8::is_ascii);
    letters.fold(0, |set, byte| set | 1 << byte.to_ascii_lowercase())
}

/// Of many names the few that are most like a word, best first.
pub(in crate::kql) fn closest<'n>(word: &str, names: &[&'n str], few: usize) -> Vec<&'n str> {
    let mut ranked: Vec<&str> = names.iter().copied().filter(|name| !name.starts_with('_')).collect();
    // Where there are very many, comparing all takes too long.
    if ranked.len() <= 3_000 {
        let lower = word.to_ascii_lowercase();
        ranked.sort_by_cached_key(|name| {
            let alike = strsim::jaro_winkler(&lower, &name.to_ascii_lowercase());
            // In thousandths, so that the order is total.
            #[expect(clippy::cast_possible_truncation, reason = "it is between 0 and 1000")]
            std::cmp::Reverse((alike * 1000.0) as i64)
        });
    }
    ranked.truncate(few);
    ranked
}
