//! The values that are looked for: cells of rows and parts of them, what is asked of each, and what they become.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use regex::Regex;

use super::goals::Goal;
use super::{build, plausible};
use crate::engine::exec::Exec;
use crate::engine::time;
use crate::engine::value::{Bag, Value};
use crate::engine::{convert, json};
use crate::kql::types::Scalar;

pub(super) type SlotId = usize;

/// A part of a dynamic value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Step {
    Member(Rc<str>),
    Item(usize),
}

/// What a string is made of.
#[derive(Clone, Debug)]
pub(super) enum Form {
    /// The JSON text of a value.
    Json(SlotId),
    /// Items with a delimiter between them.
    Joined(Rc<str>, SlotId),
    /// An address with its parts.
    Url(SlotId),
    /// A path with its parts.
    Path(SlotId),
    Xml(SlotId),
    /// A value of another type as text.
    Typed(SlotId),
    Base64(SlotId),
    /// A text that a pattern matches, and what its groups hold.
    Pattern(Rc<Regex>, Vec<(u32, SlotId)>),
}

/// A value that is looked for.
#[derive(Debug)]
pub(super) struct Slot {
    pub kind: Scalar,
    pub name: Arc<str>,
    /// Which of several rows it stands in, so that values that shall differ do.
    pub variant: usize,
    pub distinct: bool,
    pub goals: Vec<Goal>,
    pub members: BTreeMap<Step, SlotId>,
    pub forms: Vec<Form>,
    /// The slot that has the same value.
    same: Option<SlotId>,
    /// Whether anything asks what it is.
    pub touched: bool,
    /// The value that was tried, in place of one that is worked out.
    pub forced: Option<Value>,
}

/// All slots.
#[derive(Default)]
pub(super) struct Slots {
    all: Vec<Slot>,
    values: HashMap<SlotId, Value>,
    now: i64,
    /// How far back rows may lie.
    pub period: i64,
    turn: usize,
}

impl Slots {
    pub(super) fn new(now: i64, period: i64, turn: usize) -> Self {
        Self { now, period, turn, ..Self::default() }
    }

    pub(super) fn add(&mut self, kind: Scalar, name: Arc<str>, variant: usize) -> SlotId {
        self.all.push(Slot {
            kind,
            name,
            variant,
            distinct: false,
            goals: Vec::new(),
            members: BTreeMap::new(),
            forms: Vec::new(),
            same: None,
            touched: false,
            forced: None,
        });
        self.all.len() - 1
    }

    pub(super) fn root(&self, mut id: SlotId) -> SlotId {
        while let Some(same) = self.all[id].same {
            id = same;
        }
        id
    }

    pub(super) fn get(&self, id: SlotId) -> &Slot {
        &self.all[self.root(id)]
    }

    pub(super) fn get_mut(&mut self, id: SlotId) -> &mut Slot {
        let root = self.root(id);
        self.values.clear();
        &mut self.all[root]
    }

    pub(super) fn ask(&mut self, id: SlotId, goal: Goal) {
        let slot = self.get_mut(id);
        slot.touched = true;
        if slot.goals.len() < 400 {
            slot.goals.push(goal);
        }
    }

    /// The slot of a part of a dynamic value.
    pub(super) fn part(&mut self, id: SlotId, step: Step) -> SlotId {
        let root = self.root(id);
        if let Some(known) = self.all[root].members.get(&step) {
            return *known;
        }
        let (name, variant) = match &step {
            Step::Member(name) => (Arc::from(&**name), self.all[root].variant),
            Step::Item(_) => (Arc::clone(&self.all[root].name), self.all[root].variant),
        };
        let part = self.add(Scalar::Dynamic, name, variant);
        let slot = self.get_mut(root);
        slot.touched = true;
        slot.members.insert(step, part);
        part
    }

    /// The slot that a form of a string is made of.
    pub(super) fn form(
        &mut self,
        id: SlotId,
        kind: Scalar,
        same: impl Fn(&Form) -> Option<SlotId>,
        make: impl FnOnce(SlotId) -> Form,
    ) -> SlotId {
        let root = self.root(id);
        if let Some(known) = self.all[root].forms.iter().find_map(same) {
            return known;
        }
        let (name, variant) = (Arc::clone(&self.all[root].name), self.all[root].variant);
        let inner = self.add(kind, name, variant);
        let slot = self.get_mut(root);
        slot.touched = true;
        slot.forms.push(make(inner));
        inner
    }

    /// Makes two slots have one value.
    pub(super) fn unify(&mut self, a: SlotId, b: SlotId) {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return;
        }
        self.values.clear();
        let (goals, members, forms) = {
            let slot = &mut self.all[b];
            slot.same = Some(a);
            (
                std::mem::take(&mut slot.goals),
                std::mem::take(&mut slot.members),
                std::mem::take(&mut slot.forms),
            )
        };
        let slot = &mut self.all[a];
        slot.touched = true;
        slot.goals.extend(goals);
        slot.forms.extend(forms);
        for (step, part) in members {
            match self.all[a].members.get(&step).copied() {
                Some(own) => self.unify(own, part),
                None => drop(self.all[a].members.insert(step, part)),
            }
        }
    }

    pub(super) fn forget(&mut self) {
        self.values.clear();
    }

    /// What a slot becomes.
    pub(super) fn value(&mut self, exec: &Exec, id: SlotId) -> Value {
        let root = self.root(id);
        if let Some(known) = self.values.get(&root) {
            return known.clone();
        }
        if let Some(forced) = &self.all[root].forced {
            return forced.clone();
        }
        // A value that would be part of itself has none.
        self.values.insert(root, Value::Null);
        let candidates = self.candidates(exec, root);
        let slot = &self.all[root];
        let mut best: Option<(usize, Value)> = None;
        for value in candidates {
            let missed = slot.goals.iter().filter(|goal| !goal.holds(exec, &value)).count();
            if best.as_ref().is_none_or(|(least, _)| missed < *least) {
                best = Some((missed, value));
            }
            if missed == 0 {
                break;
            }
        }
        let value = best.map_or_else(|| Value::missing(slot.kind), |(_, value)| value);
        self.values.insert(root, value.clone());
        value
    }

    fn candidates(&mut self, exec: &Exec, id: SlotId) -> Vec<Value> {
        let slot = &self.all[id];
        let (goals, kind, variant) = (slot.goals.clone(), slot.kind, slot.variant);
        let spread = if slot.distinct { variant } else { 0 };
        let mut all = Vec::new();
        for goal in &goals {
            match goal {
                Goal::Is(value) => all.push(typed(kind, value)),
                Goal::In(values, _) => {
                    let from = (self.turn + spread) % values.len().max(1);
                    all.extend(
                        values
                            .iter()
                            .cycle()
                            .skip(from)
                            .take(values.len().min(300))
                            .map(|value| typed(kind, value)),
                    );
                }
                Goal::Text(op, needle, true) if op.test == crate::kql::ast::StringTest::Equals => {
                    all.push(typed(kind, &Value::Str(Rc::clone(needle))));
                }
                _ => {}
            }
        }
        match kind {
            Scalar::String => {
                let texts = self.texts(exec, id, &goals, spread);
                all.extend(texts.into_iter().map(|text| Value::str(&text)));
            }
            Scalar::Bool => all.extend([Value::Bool(true), Value::Bool(false)]),
            Scalar::DateTime => all.extend(self.moments(&goals, spread)),
            Scalar::Timespan => all.extend(build::lengths(&goals)),
            Scalar::Int | Scalar::Long | Scalar::Real | Scalar::Decimal => {
                all.extend(build::numbers(&goals, kind, spread));
            }
            Scalar::Guid => all.push(Value::Guid(
                *uuid::Uuid::from_u128(0x1111_1111_1111_4111_8111_1111_1111_1111 + spread as u128).as_bytes(),
            )),
            _ => {
                let own = self.dynamic(exec, id, &goals, spread);
                all.extend(own);
            }
        }
        all
    }

    fn moments(&self, goals: &[Goal], spread: usize) -> Vec<Value> {
        let usual = time::HOUR.min(self.period / 2);
        let step = time::MINUTE.min(self.period / 100).max(1);
        let at = self.now - usual - step * i64::try_from(spread).unwrap_or_default();
        let mut all = vec![at];
        all.extend(build::moments(goals, self.now));
        all.into_iter().filter_map(time::moment).map(Value::DateTime).collect()
    }

    /// Dynamic values: arrays and bags of what is known of their parts, or values of other types.
    fn dynamic(&mut self, exec: &Exec, id: SlotId, goals: &[Goal], spread: usize) -> Vec<Value> {
        let members: Vec<(Step, SlotId)> =
            self.all[id].members.iter().map(|(step, part)| (step.clone(), *part)).collect();
        let mut all = Vec::new();
        let texts: Vec<Rc<str>> = goals
            .iter()
            .filter_map(|goal| match goal {
                Goal::Text(_, needle, true) => Some(Rc::clone(needle)),
                _ => None,
            })
            .collect();
        if members.iter().any(|(step, _)| matches!(step, Step::Member(_))) {
            let mut bag = Bag::default();
            for (step, part) in &members {
                if let Step::Member(name) = step {
                    bag.insert(Rc::clone(name), self.value(exec, *part));
                }
            }
            all.push(Value::bag(bag.clone()));
            bag.insert("Details".into(), Value::str(&texts.join(" ")));
            all.push(Value::bag(bag));
            return all;
        }
        let least = goals
            .iter()
            .filter_map(|goal| match goal {
                Goal::AtLeast(least) => Some(*least),
                Goal::HasItem(_) => Some(1),
                _ => None,
            })
            .max();
        if !members.is_empty() || least.is_some() {
            let mut items: Vec<Value> = Vec::new();
            for (step, part) in &members {
                let Step::Item(at) = step else { continue };
                let value = self.value(exec, *part);
                while items.len() < *at {
                    items.push(value.clone());
                }
                items.push(value);
            }
            for goal in goals {
                if let Goal::HasItem(item) = goal {
                    items.push(item.clone());
                }
            }
            let name = Arc::clone(&self.all[id].name);
            while items.len() < least.unwrap_or_default() {
                items.push(Value::str(&plausible::text(&name, items.len())));
            }
            all.push(Value::array(items.clone()));
            items.extend(texts.iter().map(|text| Value::Str(Rc::clone(text))));
            all.push(Value::array(items));
            return all;
        }
        let numeric = goals.iter().any(|goal| match goal {
            Goal::Compare(_, other) | Goal::IsNot(other) => other.is_number(),
            _ => false,
        });
        let temporal = goals.iter().any(|goal| matches!(goal, Goal::Compare(_, Value::DateTime(_))));
        if numeric {
            all.extend(build::numbers(goals, Scalar::Long, spread));
            all.extend(build::numbers(goals, Scalar::Real, spread));
        }
        if temporal {
            all.extend(self.moments(goals, spread));
        }
        let texts = self.texts(exec, id, goals, spread);
        all.extend(texts.into_iter().map(|text| Value::str(&text)));
        all.extend([
            Value::Null,
            Value::Bool(true),
            Value::Long(1),
            Value::array(Vec::new()),
            Value::bag(Bag::default()),
        ]);
        all
    }

    /// Strings that are as asked, the likeliest first.
    fn texts(&mut self, exec: &Exec, id: SlotId, goals: &[Goal], spread: usize) -> Vec<String> {
        let forms = self.all[id].forms.clone();
        let mut made = Vec::new();
        for form in &forms {
            // A pattern of which nothing else is asked is met by what a reader expects, if it can be.
            let usual = plausible::text(&self.all[id].name, spread);
            let expected = match form {
                Form::Pattern(pattern, groups) if !groups.iter().any(|(_, slot)| self.get(*slot).touched) => {
                    let all = [
                        usual.clone(),
                        format!("{usual}.contoso.example"),
                        format!("{usual}@contoso.example"),
                    ];
                    all.into_iter().find(|text| pattern.is_match(text))
                }
                _ => None,
            };
            match expected {
                Some(text) => made.push(text),
                None => made.extend(self.formed(exec, form)),
            }
        }
        let slot = &self.all[id];
        let touched = slot.touched && (!goals.is_empty() || slot.distinct);
        let usual = plausible::text(&slot.name, spread);
        build::texts(exec, goals, &made, &usual, touched, spread, self.turn)
    }

    /// The text of a form.
    fn formed(&mut self, exec: &Exec, form: &Form) -> Option<String> {
        Some(match form {
            Form::Json(inner) => match self.value(exec, *inner) {
                Value::Null => return None,
                value => json::written(&value),
            },
            Form::Typed(inner) => convert::text(&self.value(exec, *inner)).to_string(),
            Form::Base64(inner) => {
                use base64::Engine as _;
                let text = convert::text(&self.value(exec, *inner));
                base64::engine::general_purpose::STANDARD.encode(text.as_bytes())
            }
            Form::Joined(delimiter, inner) => {
                let value = self.value(exec, *inner);
                let items: Vec<String> = match &value {
                    Value::Array(items) => items.iter().map(|item| convert::text(item).to_string()).collect(),
                    value => vec![convert::text(value).to_string()],
                };
                items.join(delimiter)
            }
            Form::Url(inner) => build::url(&self.value(exec, *inner)),
            Form::Path(inner) => build::path(&self.value(exec, *inner)),
            Form::Xml(inner) => build::xml(&self.value(exec, *inner)),
            Form::Pattern(pattern, groups) => {
                let mut texts = HashMap::new();
                for (group, slot) in groups {
                    // A group that nothing is asked of holds what its pattern says.
                    if self.get(*slot).touched {
                        texts.insert(*group, convert::text(&self.value(exec, *slot)).to_string());
                    }
                }
                let style = |short| super::patterns::Style { turn: self.turn, short };
                let all = [false, true]
                    .map(|short| super::patterns::sample(pattern.as_str(), &texts, style(short)));
                all.into_iter().flatten().find(|text| pattern.is_match(text))?
            }
        })
    }
}

/// A value as one of a column's type.
fn typed(kind: Scalar, value: &Value) -> Value {
    match (kind, value) {
        (Scalar::String, value) => Value::Str(convert::text(value)),
        (Scalar::Dynamic, value) => value.clone(),
        (kind, Value::Str(_)) => convert::to(kind, value),
        (kind, value) => value.clone().conform(kind),
    }
}
