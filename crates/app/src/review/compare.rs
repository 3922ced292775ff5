//! Which facts differ between two states of a file.

use std::collections::BTreeMap;

use super::facts::{Fact, Facts, QueryFacts, Shown};
use super::{Aspect, What};
use crate::order::Order as _;

/// What is told of content that is new or gone.
const MAIN: [Aspect; 6] =
    [Aspect::Kind, Aspect::Name, Aspect::Severity, Aspect::Tactic, Aspect::Technique, Aspect::Table];

/// The differences, by aspect.
pub(super) fn differences(old: Option<&Facts>, new: Option<&Facts>) -> Vec<What> {
    let mut what = match (old, new) {
        (Some(old), Some(new)) => {
            let mut what = of_facts(&old.all, &new.all);
            of_queries(old, new, &mut what);
            what
        }
        (Some(old), None) => {
            let main = old.all.iter().filter(|fact| MAIN.contains(&fact.aspect));
            main.map(|fact| What {
                aspect: fact.aspect,
                old: Some(fact.shown.clone()),
                new: None,
                range: None,
            })
            .collect()
        }
        (None, Some(new)) => {
            let main = new.all.iter().filter(|fact| MAIN.contains(&fact.aspect));
            main.map(|fact| What {
                aspect: fact.aspect,
                old: None,
                new: Some(fact.shown.clone()),
                range: fact.span,
            })
            .collect()
        }
        (None, None) => Vec::new(),
    };
    what.order_by_key(|what| what.aspect);
    what
}

/// The facts of one key, then and now.
type BothFacts<'f> = (Vec<&'f Fact>, Vec<&'f Fact>);

fn of_facts(old: &[Fact], new: &[Fact]) -> Vec<What> {
    let mut keys: BTreeMap<(Aspect, &str), BothFacts<'_>> = BTreeMap::new();
    for fact in old {
        keys.entry((fact.aspect, &fact.key)).or_default().0.push(fact);
    }
    for fact in new {
        keys.entry((fact.aspect, &fact.key)).or_default().1.push(fact);
    }
    let mut what = Vec::new();
    for ((aspect, _), (old, new)) in keys {
        let (gone, come) = unmatched(&old, &new, |fact| &fact.value);
        for pair in paired(&gone, &come) {
            what.push(What {
                aspect,
                old: pair.0.map(|fact| fact.shown.clone()),
                new: pair.1.map(|fact| fact.shown.clone()),
                range: pair.1.and_then(|fact| fact.span),
            });
        }
    }
    what
}

/// What is in one list and not in the other, each standing for one.
fn unmatched<'f, T: Copy>(old: &[T], new: &[T], key: impl Fn(T) -> &'f str) -> (Vec<T>, Vec<T>) {
    let mut counts: BTreeMap<&str, isize> = BTreeMap::new();
    for one in old {
        *counts.entry(key(*one)).or_default() += 1;
    }
    for one in new {
        *counts.entry(key(*one)).or_default() -= 1;
    }
    let mut take = |list: &[T], sign: isize| -> Vec<T> {
        let left = list.iter().copied().filter(|one| {
            let count = counts.entry(key(*one)).or_default();
            let is_left = *count * sign > 0;
            if is_left {
                *count -= sign;
            }
            is_left
        });
        left.collect()
    };
    (take(old, 1), take(new, -1))
}

fn paired<'l, T>(old: &'l [T], new: &'l [T]) -> impl Iterator<Item = (Option<&'l T>, Option<&'l T>)> {
    (0..old.len().max(new.len())).map(|at| (old.get(at), new.get(at)))
}

fn of_queries(old: &Facts, new: &Facts, what: &mut Vec<What>) {
    let none = QueryFacts::default();
    for at in 0..old.queries.len().max(new.queries.len()) {
        let old = old.queries.get(at).unwrap_or(&none);
        let new = new.queries.get(at).unwrap_or(&none);
        if old.canonical.whole == new.canonical.whole {
            continue;
        }
        let before = what.len();
        conditions(old, new, what);
        let steps = steps(old, new);
        // A table by another name is told as a table.
        let told = |text: &Option<String>, what: &[What], get: fn(&What) -> &Option<String>| {
            text.as_ref().is_none_or(|text| {
                what.iter().any(|what| what.aspect == Aspect::Table && get(what).as_ref() == Some(text))
            })
        };
        let steps: Vec<What> = steps
            .into_iter()
            .filter(|step| {
                !(told(&step.old, what, |what| &what.old) && told(&step.new, what, |what| &what.new))
            })
            .collect();
        what.extend(steps);
        let about_query = |what: &What| {
            matches!(what.aspect, Aspect::Table | Aspect::Function | Aspect::LookBack | Aspect::ResultColumn)
        };
        if what.len() == before && !what.iter().any(about_query) {
            // The same parts in another order, or something that no part shows.
            let text = |query: &QueryFacts| {
                let steps = query.steps.iter().map(|step| &*step.text);
                Some(shortened(&steps.collect::<Vec<_>>().join(" | ")))
            };
            what.push(What { aspect: Aspect::Query, old: text(old), new: text(new), range: None });
        }
    }
}

fn conditions(old: &QueryFacts, new: &QueryFacts, what: &mut Vec<What>) {
    let list = |query: &'_ QueryFacts| -> Vec<usize> { (0..query.canonical.conditions.len()).collect() };
    let (old_all, new_all) = (list(old), list(new));
    let olds: Vec<(&str, usize)> =
        old_all.iter().map(|at| (&*old.canonical.conditions[*at].canonical, *at)).collect();
    let news: Vec<(&str, usize)> =
        new_all.iter().map(|at| (&*new.canonical.conditions[*at].canonical, *at)).collect();
    let (gone, mut come) = unmatched(&olds, &news, |one| one.0);
    let mut push = |old_one: Option<&Shown>, new_one: Option<&Shown>| {
        let (old, new) = shown(old_one, new_one);
        what.push(What { aspect: Aspect::Condition, old, new, range: new_one.map(|one| one.span) });
    };
    for (_, at) in gone {
        let subject = &old.canonical.conditions[at].subject;
        let same =
            |one: &(&str, usize)| !subject.is_empty() && new.canonical.conditions[one.1].subject == *subject;
        let partner = come.iter().position(same).map(|found| come.remove(found).1);
        push(old.conditions.get(at), partner.and_then(|at| new.conditions.get(at)));
    }
    for (_, at) in come {
        push(None, new.conditions.get(at));
    }
}

/// Two parts as they are shown; with what their lets stand for, where that alone differs.
fn shown(old: Option<&Shown>, new: Option<&Shown>) -> (Option<String>, Option<String>) {
    let is_same = old.zip(new).is_some_and(|(old, new)| old.text == new.text);
    let text = |one: &Shown| {
        if is_same && !one.lets.is_empty() {
            format!("{}, where {}", shortened(&one.text), shortened(&one.lets.join("; ")))
        } else {
            shortened(&one.text)
        }
    };
    (old.map(text), new.map(text))
}

fn steps(old: &QueryFacts, new: &QueryFacts) -> Vec<What> {
    let keyed = |query: &'_ QueryFacts| -> Vec<(String, usize)> {
        query.canonical.steps.iter().enumerate().map(|(at, step)| (step.canonical.clone(), at)).collect()
    };
    let (olds, news) = (keyed(old), keyed(new));
    let olds: Vec<(&str, usize)> = olds.iter().map(|(text, at)| (&**text, *at)).collect();
    let news: Vec<(&str, usize)> = news.iter().map(|(text, at)| (&**text, *at)).collect();
    let (gone, come) = unmatched(&olds, &news, |one| one.0);
    paired(&gone, &come)
        .map(|(old_at, new_at)| {
            let old_one = old_at.and_then(|(_, at)| old.steps.get(*at));
            let new_one = new_at.and_then(|(_, at)| new.steps.get(*at));
            let (old, new) = shown(old_one, new_one);
            What { aspect: Aspect::Query, old, new, range: new_one.map(|one| one.span) }
        })
        .collect()
}

/// A long text is cut: the file has the rest.
fn shortened(text: &str) -> String {
    cut(text, 400)
}

/// The text, or its beginning of so many bytes with an ellipsis.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    format!("{}\u{2026}", &text[..text.floor_char_boundary(most)])
}

/// Calls of parsers that mean something else now.
pub(super) fn dependence(old: &Facts, new: &Facts, parsers: &BTreeMap<String, String>) -> Vec<What> {
    let calls = |facts: &Facts, name: &str| {
        facts.queries.iter().any(|query| query.functions.iter().any(|own| own == name))
    };
    let path = new.source.path();
    let told = parsers.iter().filter(|(name, file)| *file != path && calls(old, name) && calls(new, name));
    told.map(|(name, file)| What {
        aspect: Aspect::Function,
        old: Some(name.clone()),
        new: Some(format!("{name}, which changed in {file}")),
        range: None,
    })
    .collect()
}

/// Whether the content can be deployed, where that is other than it was.
pub(super) fn deployability(blocked: [Option<&str>; 2]) -> Option<What> {
    let text = |blocked: Option<&str>| {
        Some(blocked.map_or_else(|| "deployable".to_owned(), |why| format!("not deployable: {why}")))
    };
    let [old, new] = blocked;
    (old.is_some() != new.is_some()).then(|| What {
        aspect: Aspect::Deployability,
        old: text(old),
        new: text(new),
        range: None,
    })
}
