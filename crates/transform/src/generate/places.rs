//! Where a value comes from: the cell, or the part of one, that an expression passes on or reads in another form.

use std::rc::Rc;

use super::conditions::scalar_plan;
use super::goals::Goal;
use super::slots::{Form, SlotId, Step};
use super::solver::{Env, Solver, Sym};
use crate::engine::convert;
use crate::engine::eval::{Call, Node};
use crate::engine::value::Value;
use crate::kql::types::Scalar;

impl<'p> Solver<'p> {
    /// The slot whose value a value is, or is read from.
    pub(super) fn place(&mut self, sym: &Sym<'p>) -> Option<SlotId> {
        self.depth += 1;
        let place = if self.depth < 300 { self.place_of(sym) } else { None };
        self.depth -= 1;
        place
    }

    fn place_of(&mut self, sym: &Sym<'p>) -> Option<SlotId> {
        match sym {
            Sym::Const(_) => None,
            Sym::Cell(row, column) => Some(self.cell(*row, *column)),
            Sym::Child(of, step) => self.part(of, step.clone()),
            Sym::Term(term) => self.place_node(term.node, &term.env),
            Sym::Group(group, column) => {
                let at = match &*group.aggregate.name {
                    "arg_max" | "argmax" | "arg_min" | "argmin" => column + 1,
                    "any" | "take_any" | "anyif" | "take_anyif" => *column,
                    "min" | "max" | "minif" | "maxif" => 0,
                    _ => return None,
                };
                let node = group.aggregate.args.get(at)?;
                let mut first = None;
                for env in &group.rows {
                    let place = self.place(&Self::term(node, env))?;
                    match first {
                        None => first = Some(place),
                        Some(first) => self.unify(first, place),
                    }
                }
                first
            }
        }
    }

    /// The slot of a part of a value.
    fn part(&mut self, of: &Sym<'p>, step: Step) -> Option<SlotId> {
        if let Sym::Group(group, _) = of
            && let Step::Item(at) = step
            && group.aggregate.name.starts_with("make")
        {
            let env = group.rows.get(at.min(group.rows.len().saturating_sub(1)))?;
            return self.place(&Self::term(group.aggregate.args.first()?, env));
        }
        if let Sym::Term(term) = of {
            match (term.node, &step) {
                (Node::Object(members), Step::Member(name)) => {
                    let found = members
                        .iter()
                        .find(|(key, _)| matches!(key, Node::Const(key) if convert::text(key) == *name));
                    return self.place(&Self::term(&found?.1, &term.env));
                }
                (Node::Array(items), Step::Item(at)) => {
                    return self.place(&Self::term(items.get(*at)?, &term.env));
                }
                (Node::Call(call), Step::Item(at)) if call.name == "pack_array" => {
                    return self.place(&Self::term(call.args.get(*at)?, &term.env));
                }
                (Node::Call(call), Step::Member(name)) if matches!(call.name, "bag_pack" | "pack") => {
                    let keys = call.args.iter().step_by(2);
                    let at = keys
                        .into_iter()
                        .position(|key| matches!(key, Node::Const(key) if convert::text(key) == *name))?;
                    return self.place(&Self::term(call.args.get(at * 2 + 1)?, &term.env));
                }
                _ => {}
            }
        }
        let base = self.place(of)?;
        (self.slots.get(base).kind == Scalar::Dynamic).then(|| self.slots.part(base, step))
    }

    fn place_node(&mut self, node: &'p Node, env: &Rc<Env<'p>>) -> Option<SlotId> {
        match node {
            Node::Member(base, name) => self.part(&Self::term(base, env), Step::Member(Rc::clone(name))),
            Node::Element(base, index) => {
                let step = match self.constant(&Self::term(index, env))? {
                    Value::Str(name) => Step::Member(name),
                    index => Step::Item(usize::try_from(index.as_long()?).unwrap_or(0)),
                };
                self.part(&Self::term(base, env), step)
            }
            Node::Convert(kind, inner) => {
                let base = self.place(&Self::term(inner, env))?;
                self.typed(base, *kind)
            }
            Node::Coalesce(values) => self.place(&Self::term(values.first()?, env)),
            Node::Conform(_, inner) | Node::Part(inner, _) => self.place(&Self::term(inner, env)),
            Node::Case(branches, otherwise) => {
                let values = branches.iter().map(|(_, value)| value).chain([&**otherwise]);
                let open: Vec<usize> = values
                    .enumerate()
                    .filter(|(_, value)| !matches!(value, Node::Const(_) | Node::Once(_)))
                    .map(|(at, _)| at)
                    .collect();
                if open.is_empty() {
                    return None;
                }
                let at = open[self.choose(std::ptr::from_ref(node) as usize, open.len())];
                for (condition, _) in branches.iter().take(at) {
                    self.condition(&Self::term(condition, env), false);
                }
                match branches.get(at) {
                    Some((condition, value)) => {
                        self.condition(&Self::term(condition, env), true);
                        self.place(&Self::term(value, env))
                    }
                    None => self.place(&Self::term(otherwise, env)),
                }
            }
            Node::Call(call) => self.place_call(call, env),
            Node::Once(_) => {
                let (once_values, plan) = scalar_plan(node)?;
                let known = once_values
                    .first()
                    .and_then(|once| self.known_rows(once))
                    .and_then(|rows| rows.first().cloned());
                let row = match known {
                    Some(row) => row,
                    None => {
                        let span = self.span;
                        let made = self.rows(plan);
                        self.span = span;
                        let row = made.ok()?;
                        self.depends(once_values, vec![Rc::clone(&row)], false, None);
                        row
                    }
                };
                let first = row.cells.first()?.clone();
                self.place(&first)
            }
            _ => None,
        }
    }

    /// The slot of a value that is read as one of another type.
    fn typed(&mut self, base: SlotId, kind: Scalar) -> Option<SlotId> {
        let own = self.slots.get(base).kind;
        let numeric = |kind| matches!(kind, Scalar::Int | Scalar::Long | Scalar::Real | Scalar::Decimal);
        if own == kind || own == Scalar::Dynamic || numeric(own) && numeric(kind) {
            return Some(base);
        }
        if own != Scalar::String || kind.dynamic() {
            return None;
        }
        let same = |form: &Form| match form {
            Form::Typed(inner) => Some(*inner),
            _ => None,
        };
        Some(self.slots.form(base, kind, same, Form::Typed))
    }

    fn place_call(&mut self, call: &'p Call, env: &Rc<Env<'p>>) -> Option<SlotId> {
        let arg = |at: usize| call.args.get(at).map(|node| Self::term(node, env));
        let kind = match call.name {
            "toint" | "int" => Some(Scalar::Int),
            "tolong" | "long" => Some(Scalar::Long),
            "todouble" | "toreal" | "double" | "real" => Some(Scalar::Real),
            "todecimal" => Some(Scalar::Decimal),
            "todatetime" => Some(Scalar::DateTime),
            "totimespan" => Some(Scalar::Timespan),
            "tobool" | "toboolean" => Some(Scalar::Bool),
            "toguid" => Some(Scalar::Guid),
            "tostring" => Some(Scalar::String),
            _ => None,
        };
        if let Some(kind) = kind {
            let base = self.place(&arg(0)?)?;
            return self.typed(base, kind);
        }
        match call.name {
            "parse_json" | "todynamic" | "parse_csv" => {
                let base = self.place(&arg(0)?)?;
                Some(self.json(base))
            }
            "tolower" | "toupper" => {
                let base = self.place(&arg(0)?)?;
                self.ask(base, if call.name == "tolower" { Goal::Lower } else { Goal::Upper });
                Some(base)
            }
            "trim" | "trim_start" | "trim_end" => self.place(&arg(1)?),
            "url_decode"
            | "replace_string"
            | "replace_strings"
            | "array_sort_asc"
            | "array_sort_desc"
            | "dynamic_to_json"
            | "strrep"
            | "parse_ipv4_mask"
            | "format_ipv4"
            | "punycode_from_string"
            | "url_decode_component" => self.place(&arg(0)?),
            "replace_regex" | "substring" if call.name == "replace_regex" => self.place(&arg(0)?),
            "replace" => self.place(&arg(2)?),
            "split" if call.args.len() == 2 => {
                let delimiter = self.constant(&arg(1)?)?;
                self.joined(&arg(0)?, convert::text(&delimiter))
            }
            "parse_command_line" => self.joined(&arg(0)?, " ".into()),
            "parse_url" => self.formed(
                &arg(0)?,
                |form| match form {
                    Form::Url(inner) => Some(*inner),
                    _ => None,
                },
                Form::Url,
            ),
            "parse_path" => self.formed(
                &arg(0)?,
                |form| match form {
                    Form::Path(inner) => Some(*inner),
                    _ => None,
                },
                Form::Path,
            ),
            "parse_xml" => self.formed(
                &arg(0)?,
                |form| match form {
                    Form::Xml(inner) => Some(*inner),
                    _ => None,
                },
                Form::Xml,
            ),
            "base64_decode_tostring" | "base64_decodestring" => {
                let base = self.place(&arg(0)?)?;
                let same = |form: &Form| match form {
                    Form::Base64(inner) => Some(*inner),
                    _ => None,
                };
                Some(self.slots.form(base, Scalar::String, same, Form::Base64))
            }
            "extract" => self.extracted(call, env),
            "extractjson" | "extract_json" => {
                let path = self.constant(&arg(0)?)?;
                let base = self.place(&arg(1)?)?;
                let mut slot = self.json(base);
                for step in path_steps(&convert::text(&path))? {
                    slot = self.slots.part(slot, step);
                }
                Some(slot)
            }
            _ => None,
        }
    }

    fn json(&mut self, base: SlotId) -> SlotId {
        if self.slots.get(base).kind != Scalar::String {
            return base;
        }
        let same = |form: &Form| match form {
            Form::Json(inner) => Some(*inner),
            _ => None,
        };
        self.slots.form(base, Scalar::Dynamic, same, Form::Json)
    }

    fn formed(
        &mut self,
        of: &Sym<'p>,
        same: impl Fn(&Form) -> Option<SlotId>,
        make: fn(SlotId) -> Form,
    ) -> Option<SlotId> {
        let base = self.place(of)?;
        (self.slots.get(base).kind != Scalar::Bool)
            .then(|| self.slots.form(base, Scalar::Dynamic, same, make))
    }

    fn joined(&mut self, of: &Sym<'p>, delimiter: Rc<str>) -> Option<SlotId> {
        let base = self.place(of)?;
        let own = Rc::clone(&delimiter);
        let same = move |form: &Form| match form {
            Form::Joined(with, inner) if *with == own => Some(*inner),
            _ => None,
        };
        Some(self.slots.form(base, Scalar::Dynamic, same, |inner| Form::Joined(delimiter, inner)))
    }

    fn extracted(&mut self, call: &'p Call, env: &Rc<Env<'p>>) -> Option<SlotId> {
        let arg = |at: usize| call.args.get(at).map(|node| Self::term(node, env));
        let pattern = convert::text(&self.constant(&arg(0)?)?);
        let group = u32::try_from(self.constant(&arg(1)?)?.as_long()?).ok()?;
        let base = self.place(&arg(2)?)?;
        let pattern = self.exec.regex(&pattern).ok()?;
        for form in &self.slots.get(base).forms {
            if let Form::Pattern(own, groups) = form
                && Rc::ptr_eq(own, &pattern)
                && let Some((_, slot)) = groups.iter().find(|(own, _)| *own == group)
            {
                return Some(*slot);
            }
        }
        let (name, variant) = (Rc::from("text"), self.slots.get(base).variant);
        let name: Rc<str> = name;
        let inner = self.slots.add(Scalar::String, (&*name).into(), variant);
        // The group holds what its own pattern says, and is filled by it.
        if let Some(part) = group_pattern(pattern.as_str(), group) {
            let part = format!("^(?:{part})$");
            self.slots.get_mut(inner).goals.push(Goal::Text(
                super::goals::text_op(crate::kql::ast::StringTest::Regex, false),
                part.into(),
                true,
            ));
        }
        let slot = self.slots.get_mut(base);
        slot.touched = true;
        for form in &mut slot.forms {
            if let Form::Pattern(own, groups) = form
                && Rc::ptr_eq(own, &pattern)
            {
                groups.push((group, inner));
                return Some(inner);
            }
        }
        slot.forms.push(Form::Pattern(pattern, vec![(group, inner)]));
        Some(inner)
    }
}

/// The part of a pattern that a group holds.
fn group_pattern(pattern: &str, group: u32) -> Option<String> {
    fn find(hir: &regex_syntax::hir::Hir, group: u32) -> Option<&regex_syntax::hir::Hir> {
        use regex_syntax::hir::HirKind as K;
        match hir.kind() {
            K::Capture(capture) if capture.index == group => Some(&capture.sub),
            K::Capture(capture) => find(&capture.sub, group),
            K::Repetition(repetition) => find(&repetition.sub, group),
            K::Concat(parts) | K::Alternation(parts) => parts.iter().find_map(|part| find(part, group)),
            _ => None,
        }
    }
    let hir = regex_syntax::Parser::new().parse(pattern).ok()?;
    if group == 0 {
        return Some(hir.to_string());
    }
    find(&hir, group).map(ToString::to_string)
}

/// `$.a.b[0]`
fn path_steps(path: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    for part in path.strip_prefix('$').unwrap_or(path).split('.') {
        let (name, rest) = part.split_once('[').map_or((part, None), |(name, rest)| (name, Some(rest)));
        if !name.is_empty() {
            steps.push(Step::Member(name.into()));
        }
        for index in rest.into_iter().flat_map(|rest| rest.split('[')) {
            let index = index.trim_end_matches(']');
            match index.parse() {
                Ok(at) => steps.push(Step::Item(at)),
                Err(_) => steps.push(Step::Member(index.trim_matches(['\'', '"']).into())),
            }
        }
    }
    (steps.len() < 50).then_some(steps)
}
