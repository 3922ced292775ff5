//! What is asked of the result of a function becomes what is asked of its arguments.

use std::rc::Rc;

use super::goals::{Goal, text_op};
use super::solver::{Env, Later, Solver, Sym};
use crate::engine::eval::Call;
use crate::engine::value::Value;
use crate::engine::{arithmetic, convert, time};
use crate::kql::ast::{BinaryOp, StringTest};

impl<'p> Solver<'p> {
    pub(super) fn demand_call(
        &mut self,
        sym: &Sym<'p>,
        call: &'p Call,
        env: &Rc<Env<'p>>,
        goal: Goal,
    ) -> bool {
        let arg = |at: usize| call.args.get(at).map(|node| Self::term(node, env));
        let Some(first) = arg(0) else { return self.unsolved(format!("`{}()`", call.name)) };
        match call.name {
            "not"
            | "isempty"
            | "isnotempty"
            | "isnull"
            | "isnotnull"
            | "notempty"
            | "notnull"
            | "ipv4_is_private"
            | "ipv4_is_in_range"
            | "ipv4_is_match"
            | "ipv4_is_in_any_range"
            | "set_has_element"
            | "bag_has_key"
                if matches!(goal, Goal::Is(Value::Bool(_))) =>
            {
                let wanted = matches!(goal, Goal::Is(Value::Bool(true)));
                self.condition(sym, wanted)
            }
            "tostring" => self.demand_converted(crate::kql::types::Scalar::String, &first, goal),
            "toint" | "tolong" | "todouble" | "toreal" | "todecimal" | "todatetime" | "totimespan"
            | "tobool" | "toguid" | "tolower" | "toupper" | "parse_json" | "round" | "abs" | "floor"
            | "ceiling" | "todynamic" | "url_decode" | "array_sort_asc" | "array_sort_desc"
            | "replace_string" | "array_slice" | "array_concat" | "set_union" | "bag_merge" => {
                self.demand(&first, goal)
            }
            "trim" | "trim_start" | "trim_end" => arg(1).is_some_and(|arg| self.demand(&arg, goal)),
            "strlen" | "array_length" | "string_size" => {
                self.demand_length(call.name == "array_length", &first, &goal)
            }
            "bin" | "startofday" | "startofhour" | "startofweek" | "startofmonth" => {
                self.demand_rounded(sym, call, env, goal)
            }
            "strcat" => self.demand_strcat(sym, call, env, goal),
            "strcat_delim" | "strcat_array" => match goal {
                Goal::Text(op, needle, true) => {
                    arg(1).is_some_and(|arg| self.demand(&arg, Goal::Text(op, needle, true)))
                }
                goal if self.late => self.eval_holds(sym, &goal),
                goal => {
                    self.later.push(Later::Demand(sym.clone(), goal));
                    true
                }
            },
            "datetime_diff" => self.demand_difference(sym, call, env, goal),
            "indexof" | "countof" | "indexof_regex" | "array_index_of" => {
                let (Some(text), Some(needle)) = (arg(0), arg(1).and_then(|needle| self.constant(&needle)))
                else {
                    return self.unsolved(format!("`{}`", call.name));
                };
                let none = if call.name == "countof" { 0 } else { -1 };
                let absent = goal.holds(&self.exec, &Value::Long(none));
                if call.name == "array_index_of" {
                    return absent || self.demand(&text, Goal::HasItem(needle));
                }
                let op = text_op(StringTest::Contains, false);
                self.demand(&text, Goal::Text(op, convert::text(&needle), !absent))
            }
            "datetime_add" => {
                let (Some(unit), Some(count), Some(moment)) = (arg(0), arg(1), arg(2)) else { return false };
                let _ = (unit, count);
                if self.late {
                    let (now, shown) = (self.eval(&moment), self.eval(sym));
                    if let (
                        Value::DateTime(now),
                        Value::DateTime(shown),
                        Goal::Compare(op, Value::DateTime(to)),
                    ) = (now, shown, &goal)
                    {
                        let to = Value::DateTime(to.saturating_sub(shown.saturating_sub(now)));
                        return self.demand(&moment, Goal::Compare(*op, to));
                    }
                    return self.unsolved("`datetime_add`");
                }
                self.demand(&moment, Goal::Filled);
                self.later.push(Later::Demand(sym.clone(), goal));
                true
            }
            "min_of" | "max_of" => {
                let mut found = true;
                for at in 0..call.args.len() {
                    found &= arg(at).is_some_and(|arg| self.demand(&arg, goal.clone()));
                }
                found
            }
            _ => {
                if self.late && self.eval_holds(sym, &goal) {
                    return true;
                }
                self.touch(&first);
                self.unsolved(format!("`{}`", call.name))
            }
        }
    }

    /// Gives a value that cannot be asked for something a value at all.
    fn touch(&mut self, sym: &Sym<'p>) {
        if let Some(slot) = self.place(sym) {
            self.slots.get_mut(slot).touched = true;
        }
    }

    fn eval_holds(&mut self, sym: &Sym<'p>, goal: &Goal) -> bool {
        let value = self.eval(sym);
        goal.holds(&self.exec, &value)
    }

    fn demand_length(&mut self, items: bool, of: &Sym<'p>, goal: &Goal) -> bool {
        let fits =
            |count: usize| goal.holds(&self.exec, &Value::Long(i64::try_from(count).unwrap_or(i64::MAX)));
        let Some(least) = (0..4000).find(|count| fits(*count)) else { return self.unsolved("this length") };
        let most = (least..4000).find(|count| !fits(*count)).map(|above| above - 1);
        let mut found = true;
        if least > 0 || most == Some(0) {
            found &= self.demand(of, if items { Goal::AtLeast(least) } else { Goal::Long(least) });
        }
        if let Some(most) = most {
            found &= self.demand(of, if items { Goal::AtMost(most) } else { Goal::Short(most) });
        }
        found
    }

    /// Rounding down: what is asked of the beginning of a stretch is asked of a value in it.
    fn demand_rounded(&mut self, sym: &Sym<'p>, call: &'p Call, env: &Rc<Env<'p>>, goal: Goal) -> bool {
        let Some(value) = call.args.first().map(|node| Self::term(node, env)) else { return false };
        match goal {
            Goal::Is(start) => {
                self.demand(&value, Goal::Compare(BinaryOp::GreaterOrEqual, start.clone())) && {
                    let size = call.args.get(1).map(|node| Self::term(node, env));
                    let size = size.and_then(|size| self.constant(&size)).unwrap_or(Value::Timespan(
                        match call.name {
                            "startofweek" => 7 * time::DAY,
                            "startofmonth" => 28 * time::DAY,
                            _ => time::DAY,
                        },
                    ));
                    let end = arithmetic::binary(BinaryOp::Add, &start, &size);
                    end.is_null() || self.demand(&value, Goal::Compare(BinaryOp::Less, end))
                }
            }
            goal => {
                let _ = sym;
                self.demand(&value, goal)
            }
        }
    }

    fn demand_strcat(&mut self, sym: &Sym<'p>, call: &'p Call, env: &Rc<Env<'p>>, goal: Goal) -> bool {
        let parts: Vec<Sym<'p>> = call.args.iter().map(|node| Self::term(node, env)).collect();
        let mut open = Vec::new();
        let mut constants = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            match self.constant(part) {
                Some(value) => constants.push(Some(convert::text(&value))),
                None => {
                    constants.push(None);
                    open.push(at);
                }
            }
        }
        let Some(first) = open.first().copied() else { return false };
        match goal {
            Goal::Filled => self.demand(&parts[first], Goal::Filled),
            Goal::Is(value) => {
                // The constants tell where the parts of the whole begin and end.
                let whole = convert::text(&value);
                let mut rest: &str = &whole;
                let mut found = true;
                for (at, constant) in constants.iter().enumerate() {
                    if let Some(constant) = constant {
                        let Some(after) = rest.strip_prefix(&**constant) else {
                            return self.unsolved("`strcat`");
                        };
                        rest = after;
                        continue;
                    }
                    let next = constants[at + 1..].iter().flatten().find(|text| !text.is_empty());
                    let last = constants[at + 1..].iter().all(Option::is_some);
                    let end = match next {
                        Some(next) if last => rest.rfind(&**next),
                        Some(next) => rest.find(&**next),
                        None => Some(rest.len()),
                    };
                    let Some(end) = end else { return self.unsolved("`strcat`") };
                    found &= self.demand(&parts[at], Goal::Is(Value::str(&rest[..end])));
                    rest = &rest[end..];
                }
                found
            }
            Goal::Text(op, needle, true) => {
                if constants
                    .iter()
                    .flatten()
                    .any(|text| crate::engine::strings::contains(text, &needle, true))
                {
                    return true;
                }
                let at = match op.test {
                    StringTest::EndsWith => open.last().copied().unwrap_or(first),
                    _ => first,
                };
                self.demand(&parts[at], Goal::Text(op, needle, true))
            }
            Goal::Text(op, needle, false) => {
                let mut found = true;
                for at in open {
                    found &= self.demand(&parts[at], Goal::Text(op, Rc::clone(&needle), false));
                }
                found
            }
            goal if self.late => self.eval_holds(sym, &goal),
            goal => {
                self.later.push(Later::Demand(sym.clone(), goal));
                true
            }
        }
    }

    /// `datetime_diff(unit, a, b)`: one of the moments follows from the other.
    fn demand_difference(&mut self, sym: &Sym<'p>, call: &'p Call, env: &Rc<Env<'p>>, goal: Goal) -> bool {
        let arg = |at: usize| call.args.get(at).map(|node| Self::term(node, env));
        let (Some(unit), Some(later), Some(earlier)) = (arg(0), arg(1), arg(2)) else { return false };
        if !self.late {
            self.demand(&later, Goal::Filled);
            self.demand(&earlier, Goal::Filled);
            self.later.push(Later::Demand(sym.clone(), goal));
            return true;
        }
        if self.eval_holds(sym, &goal) {
            return true;
        }
        let unit =
            self.constant(&unit).map(|unit| convert::text(&unit).to_ascii_lowercase()).unwrap_or_default();
        let ticks = match unit.trim_end_matches('s') {
            "day" => time::DAY,
            "hour" => time::HOUR,
            "minute" => time::MINUTE,
            "second" => time::SECOND,
            "millisecond" => time::SECOND / 1000,
            "week" => 7 * time::DAY,
            "month" => 31 * time::DAY,
            "year" => 366 * time::DAY,
            _ => return self.unsolved("`datetime_diff`"),
        };
        let count = (0..4000)
            .flat_map(|count| [count, -count])
            .find(|count| goal.holds(&self.exec, &Value::Long(*count)));
        let Some(count) = count else { return self.unsolved("`datetime_diff`") };
        let gap = ticks.saturating_mul(count);
        // The earlier moment is moved where it can be, because the later one may be as late as now.
        if let (Value::DateTime(at), true) = (self.eval(&later), self.constant(&earlier).is_none()) {
            return self.demand(&earlier, Goal::Is(Value::DateTime(at.saturating_sub(gap))));
        }
        match self.eval(&earlier) {
            Value::DateTime(at) => self.demand(&later, Goal::Is(Value::DateTime(at.saturating_add(gap)))),
            _ => self.unsolved("`datetime_diff`"),
        }
    }
}
