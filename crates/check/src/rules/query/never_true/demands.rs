//! What conditions demand of one value, and whether they can hold together.

use super::values::{Value, same_letters};
use crate::kql::ast::{StringOp, StringTest};
use crate::source::Span;

/// What a condition demands of a value.
#[derive(Clone, Debug)]
pub(super) enum Test {
    /// It is one of these; whether case is ignored.
    In(Vec<Value>, bool),
    /// It is none of these.
    NotIn(Vec<Value>, bool),
    /// It is more than this, or as much where `at` is true.
    After { value: Value, at: bool },
    /// It is less than this, or as much where `at` is true.
    Before { value: Value, at: bool },
    /// It compares so with a string.
    Text(StringOp, String),
    /// It is the empty string, or is not.
    Empty(bool),
}

/// A condition on a value, with its place; `None` for what is true of every such value.
#[derive(Clone, Debug)]
pub(super) struct Demand {
    pub test: Test,
    pub place: Option<Span>,
}

/// At most so many conditions on one value are looked at together.
const MOST: usize = 24;

/// A set of more values is not looked at: each of them would be compared with each.
const MOST_VALUES: usize = 256;

/// The conditions on one value so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Demands(Vec<Demand>);

impl Demands {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a condition. Returns the places of those that it cannot hold together with; none where it holds for no value
    /// at all.
    pub(super) fn add(&mut self, demand: Demand) -> Option<Vec<Span>> {
        let values = match &demand.test {
            Test::In(values, _) | Test::NotIn(values, _) => values.len(),
            _ => 0,
        };
        if self.0.len() >= MOST || values > MOST_VALUES {
            return None;
        }
        let against = self.excluded(&demand);
        // What contradicts is reported once, and later conditions are held against the earlier ones.
        if against.is_none() {
            self.0.push(demand);
        }
        against
    }

    fn excluded(&self, new: &Demand) -> Option<Vec<Span>> {
        // Of finite sets each value is tried.
        if let Some((values, folds)) = new.test.values()
            && self.0.iter().any(|old| !values.iter().any(|value| old.test.allows(value, folds)))
        {
            let against =
                self.0.iter().filter(|old| !values.iter().all(|value| old.test.allows(value, folds)));
            return Some(against.filter_map(|old| old.place).collect());
        }
        for old in &self.0 {
            let against = match old.test.values() {
                Some((values, folds)) => !values.iter().any(|value| new.test.allows(value, folds)),
                None => contradict(&old.test, &new.test),
            };
            if against {
                return Some(old.place.into_iter().collect());
            }
        }
        // Values that some of the conditions leave over, and others do not.
        let sets = self.0.iter().filter_map(|old| old.test.values()).chain(new.test.values());
        for (values, folds) in sets {
            let left = values.iter().any(|value| {
                let others = self.0.iter().map(|old| &old.test).chain([&new.test]);
                others.into_iter().all(|test| test.allows(value, folds))
            });
            if !left {
                return Some(self.0.iter().filter_map(|old| old.place).collect());
            }
        }
        None
    }
}

impl Test {
    /// The opposite.
    pub(super) fn negated(self) -> Self {
        match self {
            Self::In(values, folds) => Self::NotIn(values, folds),
            Self::NotIn(values, folds) => Self::In(values, folds),
            Self::After { value, at } => Self::Before { value, at: !at },
            Self::Before { value, at } => Self::After { value, at: !at },
            Self::Text(op, text) => Self::Text(StringOp { negated: !op.negated, ..op }, text),
            Self::Empty(empty) => Self::Empty(!empty),
        }
    }

    /// The values that it leaves, where they are few.
    fn values(&self) -> Option<(&[Value], bool)> {
        match self {
            Self::In(values, folds) => Some((values, *folds)),
            _ => None,
        }
    }

    /// Whether a value may pass; `any_case` says that it stands for itself in any case.
    fn allows(&self, value: &Value, any_case: bool) -> bool {
        match self {
            Self::In(values, folds) => values.iter().any(|one| one.may_equal(value, *folds || any_case)),
            Self::NotIn(values, folds) => !values.iter().any(|one| match (one, value) {
                (Value::Text(a), Value::Text(b)) => {
                    if *folds {
                        same_letters(a, b)
                    } else {
                        a == b && !any_case
                    }
                }
                (Value::Moment(..), _) => false,
                (one, value) => one == value,
            }),
            Self::After { value: bound, at } => !bound.surely_after(value, !at),
            Self::Before { value: bound, at } => !value.surely_after(bound, !at),
            Self::Empty(empty) => match value {
                Value::Text(text) => text.is_empty() == *empty,
                _ => true,
            },
            Self::Text(op, needle) => match value {
                Value::Text(text) => passes(*op, text, needle, any_case),
                _ => true,
            },
        }
    }
}

/// Whether a string passes a comparison with another; true where that is not known.
fn passes(op: StringOp, text: &str, needle: &str, any_case: bool) -> bool {
    let fold = op.folds_case || any_case;
    let (text, needle) = if fold {
        (text.to_lowercase(), needle.to_lowercase())
    } else {
        (text.to_owned(), needle.to_owned())
    };
    let found = match op.test {
        StringTest::Contains => text.contains(&needle),
        StringTest::StartsWith => text.starts_with(&needle),
        StringTest::EndsWith => text.ends_with(&needle),
        // A word that is found is contained; one that is contained need not be found.
        StringTest::Has | StringTest::HasPrefix | StringTest::HasSuffix if !op.negated => {
            text.contains(&needle)
        }
        _ => return true,
    };
    found != op.negated || (op.negated && any_case && !op.folds_case)
}

/// Whether no value passes both.
fn contradict(a: &Test, b: &Test) -> bool {
    match (a, b) {
        (Test::After { value: low, at: a }, Test::Before { value: high, at: b })
        | (Test::Before { value: high, at: b }, Test::After { value: low, at: a }) => {
            low.surely_after(high, !(*a && *b))
        }
        (Test::Empty(a), Test::Empty(b)) => a != b,
        (Test::Text(op, text), Test::Empty(true)) | (Test::Empty(true), Test::Text(op, text)) => {
            !op.negated
                && !text.is_empty()
                && !matches!(op.test, StringTest::Regex | StringTest::Like | StringTest::Search)
        }
        (Test::Text(one, a), Test::Text(other, b))
            if !one.negated && !other.negated && one.test == other.test =>
        {
            let fold = one.folds_case || other.folds_case;
            let (a, b) = if fold { (a.to_lowercase(), b.to_lowercase()) } else { (a.clone(), b.clone()) };
            match one.test {
                StringTest::StartsWith => !a.starts_with(&b) && !b.starts_with(&a),
                StringTest::EndsWith => !a.ends_with(&b) && !b.ends_with(&a),
                _ => false,
            }
        }
        _ => false,
    }
}
