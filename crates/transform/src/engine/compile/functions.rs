//! The language's own functions: those that are more than a function of values, and the others by their table.

use std::rc::Rc;

use super::super::eval::{Call, Node, Window, WindowKind};
use super::super::exec::Failure;
use super::super::functions;
use super::super::pattern;
use super::super::value::Value;
use super::calls::literal_text;
use super::expr::type_literal;
use super::{At, Compiler, Made, once, refused};
use crate::kql::ast::{Expr, ExprKind, Name};
use crate::kql::model::{ExprType, constants};
use crate::kql::types::Scalar;
use crate::source::Span;

impl<'q> Compiler<'q> {
    pub(super) fn builtin(
        &mut self,
        expr: &'q Expr,
        name: &'q Name,
        args: &'q [Expr],
        at: At<'q, '_>,
    ) -> Made<Node> {
        let at = At { searching: false, ..at };
        let node = self.builtin_of(expr, name, args, at)?;
        // A function of several values counts as its first where one is asked for.
        if let ExprType::Columns(_) = at.frame.model.type_of(expr.id) {
            return Ok(Node::Part(Box::new(node), 0));
        }
        Ok(node)
    }

    /// The values that a call returns, where it returns several.
    pub(super) fn several(&mut self, expr: &'q Expr, at: At<'q, '_>) -> Made<Option<(Node, usize)>> {
        let inner = match &expr.kind {
            ExprKind::Named { value, .. } => value,
            _ => expr,
        };
        let ExprType::Columns(columns) = at.frame.model.type_of(inner.id) else { return Ok(None) };
        let ExprKind::Call { name, args } = &inner.kind else { return Ok(None) };
        if crate::kql::builtins::function(&name.text).is_none() {
            return Ok(None);
        }
        Ok(Some((self.builtin_of(inner, name, args, at)?, columns.len())))
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each function that is special")]
    fn builtin_of(&mut self, expr: &'q Expr, name: &'q Name, args: &'q [Expr], at: At<'q, '_>) -> Made<Node> {
        let numeric = |node: Node, kind: Scalar| match kind {
            Scalar::Long | Scalar::Real | Scalar::Decimal | Scalar::String => {
                Node::Conform(kind, Box::new(node))
            }
            _ => node,
        };
        let kind = at.kind(expr);
        Ok(match &*name.text {
            "iff" | "iif" => {
                let [condition, yes, no] = self.three(expr, args, at)?;
                numeric(Node::Case(vec![(condition, yes)], Box::new(no)), kind)
            }
            "case" => {
                let mut nodes = self.values(args, at)?;
                let Some(otherwise) = nodes.pop() else {
                    return refused(expr.span, "`case` without arguments");
                };
                let mut branches = Vec::new();
                let mut nodes = nodes.into_iter();
                while let (Some(condition), Some(value)) = (nodes.next(), nodes.next()) {
                    branches.push((condition, value));
                }
                numeric(Node::Case(branches, Box::new(otherwise)), kind)
            }
            "coalesce" => numeric(Node::Coalesce(self.values(args, at)?), kind),
            "min_of" | "max_of" | "bin" | "floor" | "bin_at" => {
                let nodes = self.values(args, at)?;
                numeric(self.builtin_call(&name.text, name.span, nodes)?, kind)
            }
            "todatetime"
                if args.first().and_then(literal_text).and_then(constants::placeholder).is_some() =>
            {
                // The time range that the portal fills in: the day before now.
                let ends = args.first().and_then(literal_text).and_then(constants::placeholder);
                if ends == Some(true) {
                    return self.builtin_call("now", name.span, Vec::new());
                }
                let day = Node::Const(Value::Timespan(super::super::time::DAY));
                self.builtin_call("ago", name.span, vec![day])?
            }
            "bin_auto" => {
                let option = |name: &str| self.settings.get(name).map(|once| Node::Once(Rc::clone(once)));
                let (size, from) = (option("query_bin_auto_size"), option("query_bin_auto_at"));
                let Some(size) = size else {
                    return refused(expr.span, "`bin_auto` without `set query_bin_auto_size`");
                };
                let mut nodes = self.values(args, at)?;
                nodes.push(size);
                nodes.extend(from);
                let function = if nodes.len() == 3 { "bin_at" } else { "bin" };
                numeric(self.builtin_call(function, name.span, nodes)?, kind)
            }
            "series_seasonal" if args.len() != 2 || at.written(args[1].span).starts_with('-') => {
                return refused(expr.span, "`series_seasonal` with a period that is detected");
            }
            "estimate_data_size" => self.data_size(expr, name, args, at)?,
            "column_names_of" => {
                let [table] = args else { return refused(expr.span, "these arguments of `column_names_of`") };
                let table = self.rows(table, at)?;
                if table.open {
                    return refused(expr.span, "`column_names_of` of rows whose columns are not known");
                }
                let names = table.schema.columns.iter().map(|(name, _)| Value::str(name));
                Node::Const(Value::array(names.collect()))
            }
            "iscolumnexists" => {
                let Some(column) = args.first().and_then(literal_text) else {
                    return refused(expr.span, "a column whose name is computed");
                };
                let Some(row) = at.row.filter(|row| !row.relation.has_unknown_columns) else {
                    return refused(expr.span, "`iscolumnexists` of rows whose columns are not known");
                };
                Node::Const(Value::Bool(row.relation.column(column).is_some()))
            }
            "todynamic" | "parse_json" | "parsejson" | "toobject" => {
                let nodes = self.values(args, at)?;
                self.builtin_call("parse_json", name.span, nodes)?
            }
            "column_ifexists" | "columnifexists" => self.if_exists(expr, args, at)?,
            "pack_all" => {
                let ignores = match args.first() {
                    Some(arg) => at.written(arg.span) == "true",
                    None => false,
                };
                let Some(row) = at.row else { return refused(expr.span, "`pack_all` without rows") };
                row.use_all();
                Node::PackAll(ignores)
            }
            "rand" => match args.first() {
                Some(arg) => Node::Random(Some(Box::new(self.value(arg, at)?))),
                None => Node::Random(None),
            },
            "new_guid" => Node::NewGuid,
            // Nobody knows the places of addresses here: without data they are as a table without data is.
            "geo_info_from_ip_address" if self.options.missing_empty => {
                let _ = self.values(args, at)?;
                Node::Const(Value::Null)
            }
            "prev" => self.window(WindowKind::Prev, args, at)?,
            "next" => self.window(WindowKind::Next, args, at)?,
            "row_number" => self.window(WindowKind::Number, args, at)?,
            "row_cumsum" => self.window(WindowKind::Cumsum, args, at)?,
            "row_rank_dense" | "row_rank" => self.window(WindowKind::RankDense, args, at)?,
            "row_rank_min" => self.window(WindowKind::RankMin, args, at)?,
            "row_window_session" => self.window(WindowKind::Session, args, at)?,
            "ingestion_time" => {
                // Events come in when they happen, as far as local data tells.
                let row = at.row.filter(|row| row.relation.column("TimeGenerated").is_some());
                let other = at.row.filter(|row| row.relation.column("Timestamp").is_some());
                match (row, other) {
                    (Some(row), _) => row.slot("TimeGenerated"),
                    (None, Some(row)) => row.slot("Timestamp"),
                    _ => return refused(expr.span, "`ingestion_time()` of rows without TimeGenerated"),
                }
            }
            "gettype" => {
                let nodes = self.values(args, at)?;
                let declared = args.first().map(|arg| at.kind(arg));
                match declared {
                    Some(Scalar::String) => Node::Const(Value::str("string")),
                    _ => self.builtin_call("gettype", name.span, nodes)?,
                }
            }
            "bag_pack_columns" => {
                let mut members = Vec::new();
                for arg in args {
                    let ExprKind::Name(column) = &arg.kind else {
                        return refused(arg.span, "`bag_pack_columns` of something that is not a column");
                    };
                    members.push((Node::Const(Value::str(&column.text)), self.value(arg, at)?));
                }
                Node::Object(members)
            }
            "pack_array" if args.iter().any(|arg| matches!(arg.kind, ExprKind::Star)) => {
                return refused(expr.span, "`pack_array(*)`");
            }
            "extract" | "extractjson" | "extract_json"
                if args.iter().any(|arg| type_literal(arg).is_some()) =>
            {
                let Some(kind) = args.last().and_then(type_literal) else {
                    return refused(expr.span, "this order of arguments");
                };
                let nodes = self.values(&args[..args.len() - 1], at)?;
                let node = self.builtin_call(&name.text, name.span, nodes)?;
                Node::Convert(kind, Box::new(node))
            }
            "isnull" | "isnotnull" | "notnull"
                if args.first().is_some_and(|arg| at.kind(arg) == Scalar::String) =>
            {
                // A string is never null.
                let _ = self.values(args, at)?;
                Node::Const(Value::Bool(&*name.text != "isnull"))
            }
            text => {
                let nodes = self.values(args, at)?;
                self.builtin_call(text, name.span, nodes)?
            }
        })
    }

    /// The size of columns, of those types whose size is documented.
    fn data_size(&mut self, whole: &Expr, name: &Name, args: &'q [Expr], at: At<'q, '_>) -> Made<Node> {
        let sized = |kind: Scalar| matches!(kind, Scalar::Long | Scalar::String);
        let mut nodes = Vec::new();
        for arg in args {
            if !matches!(arg.kind, ExprKind::Star) {
                if !sized(at.kind(arg)) {
                    return refused(arg.span, "`estimate_data_size` of this type");
                }
                nodes.push(self.value(arg, at)?);
                continue;
            }
            let Some(row) = at.row.filter(|row| !row.relation.has_unknown_columns) else {
                return refused(whole.span, "`estimate_data_size(*)` of rows whose columns are not known");
            };
            for column in &row.relation.columns {
                if !sized(column.kind) {
                    let what = format!("`estimate_data_size` of the type of `{}`", column.name);
                    return refused(whole.span, &what);
                }
                nodes.push(row.slot(&column.name));
            }
        }
        self.builtin_call(&name.text, name.span, nodes)
    }

    fn three(&mut self, whole: &Expr, args: &'q [Expr], at: At<'q, '_>) -> Made<[Node; 3]> {
        let nodes = self.values(args, at)?;
        nodes.try_into().map_err(|_| Failure::at(whole.span, "three arguments are expected"))
    }

    fn window(&mut self, kind: WindowKind, args: &'q [Expr], at: At<'q, '_>) -> Made<Node> {
        Ok(Node::Window(Box::new(Window::new(kind, self.values(args, at)?))))
    }

    fn if_exists(&mut self, whole: &'q Expr, args: &'q [Expr], at: At<'q, '_>) -> Made<Node> {
        let [name, otherwise] = args else {
            return refused(whole.span, "`column_ifexists` of other than two values");
        };
        let otherwise = self.value(otherwise, at)?;
        let Some(text) = literal_text(name) else {
            return refused(name.span, "a column whose name is computed");
        };
        let Some(row) = at.row else { return Ok(otherwise) };
        if row.relation.column(text).is_some() {
            return Ok(row.slot(text));
        }
        if row.relation.has_unknown_columns {
            return Ok(Node::IfExists(text.into(), Box::new(otherwise), at.kind(whole)));
        }
        Ok(otherwise)
    }

    /// A call of a function on values.
    pub(super) fn builtin_call(&mut self, name: &str, span: Span, args: Vec<Node>) -> Made<Node> {
        let Some((name, function)) = functions::find(name) else {
            return refused(span, &format!("the function `{name}`"));
        };
        // A regular expression that is not one is told before anything runs.
        if let Some(at) = functions::pattern_argument(name)
            && let Some(Node::Const(Value::Str(pattern))) = args.get(at)
        {
            pattern::compiled(pattern).map_err(|why| Failure::at(span, why))?;
        }
        let constant = args.iter().all(|arg| matches!(arg, Node::Const(_) | Node::Once(_)));
        let call = Node::Call(Box::new(Call { name, span, function, args }));
        Ok(if constant { once(call) } else { call })
    }
}
