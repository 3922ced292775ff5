//! `summarize`, which drops whatever is neither a key nor an aggregate: the columns of the event come from one event of each
//! group, the latest, as in the examples of the service's documentation.

use super::carry::Carry;
use super::operators::{cuts, listed, suffix_of, taken};
use crate::kql::ast::{Expr, ExprKind, Operator};
use crate::source::Span;

/// An aggregate that carries columns of one row of the group.
struct Carrier<'e> {
    /// Its arguments.
    args: &'e [Expr],
    /// Whether it has every column of that row.
    whole: bool,
    /// `arg_max` or `arg_min`; `None` for an aggregate that takes any row.
    direction: Option<&'static str>,
    /// The columns that it returns under their own names.
    carried: Vec<&'static str>,
}

impl<'d> Carry<'d> {
    pub(super) fn summarize(
        &mut self,
        operator: &'d Operator,
        aggregates: &'d [Expr],
        by: Option<&'d [Expr]>,
        needed: &[&'static str],
    ) {
        let keys = by.unwrap_or_default();
        let Some(time) = needed.first().copied() else { return };
        let mut rest: Vec<&'static str> = Vec::new();
        for column in needed {
            if !keys.iter().any(|key| self.is(key, column)) {
                rest.push(column);
            }
        }
        self.made(operator, keys, &rest, None);
        if rest.is_empty() {
            return;
        }
        if let Some(carrier) = self.carrier(aggregates, &rest, time) {
            self.widen(operator, aggregates, &carrier, &rest, time);
        } else {
            self.prepend(operator, aggregates, keys, &rest, time);
        }
        if by.is_none_or(<[Expr]>::is_empty) {
            // Without rows there is still one row, of nothing.
            let test = if rest.contains(&"ReportId") {
                "isnotempty(ReportId)".to_owned()
            } else {
                format!("isnotnull({time})")
            };
            let line = if self.draft.text.contains('\n') { "\n" } else { " " };
            let text = format!("{line}| where {test}");
            let reason = "`summarize` without `by` returns a row even if there are no events";
            self.add(self.end(operator), text, operator.keyword, reason);
        }
    }

    /// Whether a key is a column as the event has it.
    fn is(&self, key: &Expr, column: &str) -> bool {
        match &key.kind {
            ExprKind::Named { names, value, .. } => {
                matches!(&names[..], [name] if &*name.text == column) && self.plain(value) == Some(column)
            }
            _ => self.plain(key) == Some(column),
        }
    }

    /// The first aggregate that takes columns of one row, by the time of the event or of any row.
    fn carrier(&self, aggregates: &'d [Expr], rest: &[&'static str], time: &str) -> Option<Carrier<'d>> {
        aggregates.iter().find_map(|aggregate| {
            let (name, args) = aggregate.value().as_call()?;
            let direction = match &*name.text {
                "arg_max" | "argmax" => Some("arg_max"),
                "arg_min" | "argmin" => Some("arg_min"),
                "take_any" | "any" | "anyif" | "take_anyif" => None,
                _ => return None,
            };
            let whole = args.iter().any(|arg| matches!(arg.kind, ExprKind::Star));
            let by_time = args.first().is_some_and(|arg| self.plain(arg) == Some(time));
            if !(whole || direction.is_some() && by_time) {
                return None;
            }
            let names: &[_] = match &aggregate.kind {
                ExprKind::Named { names, .. } => names,
                _ => &[],
            };
            let own = |at: usize, column: &str| names.get(at).is_none_or(|name| &*name.text == column);
            let returned = |column: &&'static str| {
                let at = args.iter().position(|arg| self.plain(arg) == Some(*column));
                match at {
                    Some(at) => own(at, column),
                    // A star returns every other column, whatever the first is called.
                    None => whole,
                }
            };
            let carried = rest.iter().copied().filter(returned).collect();
            Some(Carrier { args, whole, direction, carried })
        })
    }

    /// Adds what an aggregate lacks that carries columns already.
    fn widen(
        &mut self,
        operator: &'d Operator,
        aggregates: &'d [Expr],
        carrier: &Carrier<'d>,
        rest: &[&'static str],
        time: &str,
    ) {
        let mut missing: Vec<&'static str> =
            rest.iter().copied().filter(|column| !carrier.carried.contains(column)).collect();
        // Another aggregate may have the time of the same row.
        let direction = carrier.direction.unwrap_or("arg_max").trim_start_matches("arg_");
        let same = |aggregate: &&Expr| {
            self.names_of(aggregate).iter().any(|name| name == time)
                && self.is_call(aggregate, direction, time)
        };
        if aggregates.iter().any(|aggregate| same(&aggregate)) {
            missing.retain(|column| *column != time);
        }
        let others: Vec<&'d Expr> = aggregates
            .iter()
            .filter(|aggregate| {
                aggregate.value().as_call().is_none_or(|(_, args)| !std::ptr::eq(args, carrier.args))
            })
            .collect();
        for aggregate in others {
            for name in self.names_of(aggregate) {
                let ours = missing.contains(&&*name) || carrier.carried.contains(&&*name);
                if ours && !self.is_call(aggregate, direction, time) {
                    self.rename_made(operator, aggregate, &name, suffix_of(aggregate));
                }
            }
        }
        let Some(last) = carrier.args.last() else { return };
        let end = Span::at(last.span.end as usize);
        let reason = format!("{} come from the same event", listed(&missing));
        let (times, columns): (Vec<&str>, Vec<&str>) = missing.iter().partition(|column| **column == time);
        if !columns.is_empty() && !carrier.whole {
            self.add(end, format!(", {}", columns.join(", ")), operator.keyword, reason.clone());
        }
        if !times.is_empty()
            && let Some(first) = aggregates.first()
        {
            let text = format!("{time} = {direction}({time}), ");
            self.add(Span::at(first.span.start as usize), text, operator.keyword, reason);
        }
    }

    /// Whether an aggregate is this one of this column.
    fn is_call(&self, aggregate: &Expr, name: &str, column: &str) -> bool {
        let call = aggregate.value().as_call();
        call.is_some_and(|(called, args)| {
            &*called.text == name && args.first().is_some_and(|arg| self.plain(arg) == Some(column))
        })
    }

    /// Puts an aggregate before the others that takes all columns from one row.
    fn prepend(
        &mut self,
        operator: &'d Operator,
        aggregates: &'d [Expr],
        keys: &'d [Expr],
        rest: &[&'static str],
        time: &str,
    ) {
        let mut direction = "arg_max";
        let mut removed = Vec::new();
        for (at, aggregate) in aggregates.iter().enumerate() {
            for name in self.names_of(aggregate) {
                if !rest.contains(&&*name) {
                    continue;
                }
                let any = ["take_any", "any", "max", "min"]
                    .into_iter()
                    .find(|call| self.is_call(aggregate, call, &name));
                let alone = aggregate.value().as_call().is_some_and(|(_, args)| args.len() == 1);
                match any {
                    // What was the time of one row is that of the row that is taken.
                    Some(call) if alone && (name == time || matches!(call, "take_any" | "any")) => {
                        if call == "min" {
                            direction = "arg_min";
                        }
                        removed.push(at);
                    }
                    _ => self.rename_made(operator, aggregate, &name, suffix_of(aggregate)),
                }
            }
        }
        let first = aggregates.first().map(|first| self.draft.said(first.span)).unwrap_or_default();
        let tight =
            first.find('=').is_some_and(|at| !first[..at].ends_with(' ') && !first[at..].starts_with("=="));
        let text = taken(rest, time, direction, if tight { "=" } else { " = " });
        let which = if direction == "arg_min" { "first" } else { "latest" };
        let come = if rest.len() == 1 { "comes" } else { "come" };
        let reason = format!("{} {come} from the {which} event of each group", listed(rest));
        let about = operator.keyword;
        let Some((first, last)) = aggregates.first().zip(aggregates.last()) else {
            let place = self
                .by_keyword(operator, keys)
                .map_or_else(|| self.end(operator), |by| Span::at(by.start as usize));
            let text = if keys.is_empty() { format!(" {text}") } else { format!("{text} ") };
            self.add(place, text, about, reason);
            return;
        };
        if removed.len() == aggregates.len() {
            self.add(Span { start: first.span.start, end: last.span.end }, text, about, reason);
            return;
        }
        let mut text = Some(format!("{text}, "));
        for span in cuts(aggregates, &removed) {
            let own = text.take_if(|_| span.start == first.span.start).unwrap_or_default();
            self.add(span, own, about, reason.clone());
        }
        if let Some(text) = text {
            self.add(Span::at(first.span.start as usize), text, about, reason);
        }
    }
}
