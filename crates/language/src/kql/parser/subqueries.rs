//! The query operators that look through several tables or run queries of their own, but for those on graphs.

use super::super::ast::{
    Column, Expr, ExprKind, Find, Join, JoinKind, JoinOn, LogicalOp, Name, NameForm, OperatorKind, Param,
    Scan, ScanOutput, ScanStep, Union, UnionKind,
};
use super::super::token::TokenKind as T;
use super::operators::is_operator;
use super::{List, Parser, params};

impl Parser<'_> {
    pub(super) fn facet(&mut self) -> OperatorKind {
        self.require(T::By);
        let ends: fn(&Self) -> bool = |parser| parser.kind() == T::With || parser.ends_list();
        let by =
            self.commas(Self::simple_path, |parser| parser.named_expr(Self::missing_name), List::until(ends));
        let with = self.eat(T::With).map(|_| {
            if let Some(open) = self.eat(T::OpenParen) {
                let query = self.required(Self::subquery);
                self.close(T::CloseParen, open);
                Box::new(query)
            } else {
                let operator = self.required_operator();
                Box::new(self.expr(operator.span, ExprKind::Operator(Box::new(operator))))
            }
        });
        OperatorKind::Facet { by, with }
    }

    /// `in (tables)`
    fn in_tables(&mut self) -> Option<Vec<Expr>> {
        self.eat(T::In)?;
        let open = self.require(T::OpenParen);
        let tables = self.commas(Self::find_table, Self::missing_expr, List::closed().one_or_more());
        self.close(T::CloseParen, open);
        Some(tables)
    }

    /// A table, perhaps with a name for its rows.
    fn find_table(&mut self) -> Option<Expr> {
        let entity = self.entity()?;
        if self.eat(T::As).is_some() {
            self.required_name();
        }
        Some(entity)
    }

    fn find_column(&mut self) -> Option<Expr> {
        if self.kind() == T::Pack {
            let start = self.start();
            let text = self.written(0);
            let name = Name { span: self.bump(), text: text.into(), form: NameForm::Plain };
            let open = self.require(T::OpenParen);
            self.require(T::Asterisk);
            self.close(T::CloseParen, open);
            return Some(self.expr(self.since(start), ExprKind::Call { name, args: Vec::new() }));
        }
        if self.kind() == T::Asterisk {
            return Some(self.star());
        }
        let start = self.start();
        let name = self.name()?;
        if self.kind() != T::Colon {
            return Some(self.name_expr(name));
        }
        self.bump();
        let column = Column { name, type_: Some(self.scalar_type()) };
        Some(self.expr(self.since(start), ExprKind::Typed(column)))
    }

    pub(super) fn find(&mut self) -> OperatorKind {
        let params = self.at.checked_sub(1).is_some_and(|at| self.tokens[at].kind != T::Find);
        let tables = self.in_tables();
        if params || tables.is_some() {
            self.require(T::Where);
        } else {
            self.eat(T::Where);
        }
        let predicate = self.required(Self::unnamed);
        let columns = |parser: &mut Self| parser.commas(Self::find_column, Self::missing_expr, List::open());
        let mut project = self.eat(T::Project).map(|_| columns(self));
        if self.eat(T::ProjectSmart).is_some() {
            project = Some(Vec::new());
        }
        let project_away = self.eat(T::HiddenProjectAway).map(|_| columns(self));
        OperatorKind::Find(Box::new(Find { tables, predicate, project, project_away }))
    }

    pub(super) fn search(&mut self) -> OperatorKind {
        self.data_scope();
        let tables = self.in_tables();
        let start = self.start();
        let predicate = match self.unnamed() {
            Some(predicate) => predicate,
            None if self.kind() == T::Asterisk => {
                let star = self.star();
                if self.eat(T::And).is_some() {
                    let operands = vec![star, self.required(Self::unnamed)];
                    self.expr(self.since(start), ExprKind::Logical { op: LogicalOp::And, operands })
                } else {
                    star
                }
            }
            None => self.missing_expr(),
        };
        OperatorKind::Search { tables, predicate: Box::new(predicate) }
    }

    /// Operators on the rows before, or a query of its own.
    fn fork_query(&mut self) -> Option<Expr> {
        let value = matches!(self.kind(), T::Count | T::Range) && self.peek(1) == T::OpenParen;
        if is_operator(self.kind()) && !value { self.subquery() } else { self.pipeline() }
    }

    pub(super) fn fork(&mut self) -> Vec<Expr> {
        let mut legs = Vec::new();
        loop {
            let start = self.start();
            let named = self.scan_name(0).is_some_and(|length| self.peek(length) == T::Equal);
            if !named && self.kind() != T::OpenParen {
                break;
            }
            let name = if named { self.name() } else { None };
            if named {
                self.bump();
            }
            let open = self.require(T::OpenParen);
            let query = self.required(Self::fork_query);
            self.close(T::CloseParen, open);
            let leg = match name {
                Some(name) => {
                    let kind = ExprKind::Named { names: vec![name], tuple: false, value: Box::new(query) };
                    self.expr(self.since(start), kind)
                }
                None => query,
            };
            legs.push(leg);
        }
        if legs.is_empty() {
            self.expected("`(`");
        }
        legs
    }

    pub(super) fn invoked(&mut self) -> Option<Expr> {
        let start = self.start();
        let mut call = self.call()?;
        while self.kind() == T::Dot && self.at_call(1) {
            self.bump();
            let member = Box::new(self.call()?);
            call = self.expr(self.since(start), ExprKind::Path { base: Box::new(call), member });
        }
        Some(call)
    }

    pub(super) fn join(&mut self) -> (Vec<Param>, OperatorKind) {
        let params = self.params(params::JOIN, true);
        let kind = self.param_word(&params, "kind").and_then(JoinKind::of).unwrap_or_default();
        let right = Box::new(self.required(Self::unnamed));
        let keyword = self.token(0).span;
        let on = self.join_keys().or_else(|| {
            self.eat(T::Where)?;
            let conditions = vec![self.required(Self::unnamed)];
            Some(JoinOn { keyword, predicate: true, conditions })
        });
        (params, OperatorKind::Join(Join { kind, right, on }))
    }

    pub(super) fn lookup(&mut self) -> (Vec<Param>, OperatorKind) {
        let params = self.params(params::LOOKUP, true);
        let kind = match self.param_word(&params, "kind").and_then(JoinKind::of) {
            Some(JoinKind::Inner) => JoinKind::Inner,
            _ => JoinKind::LeftOuter,
        };
        let right = Box::new(self.required(Self::unnamed));
        let on = self.join_keys();
        if on.is_none() {
            self.missing("`on` and the columns to look up by");
        }
        (params, OperatorKind::Lookup(Join { kind, right, on }))
    }

    /// `on` with what both sides share.
    fn join_keys(&mut self) -> Option<JoinOn> {
        let keyword = self.eat(T::On)?;
        let conditions = self.commas(Self::unnamed, Self::missing_expr, List::open());
        Some(JoinOn { keyword, predicate: false, conditions })
    }

    pub(super) fn macro_expand(&mut self) -> OperatorKind {
        let group = if self.kind() == T::EntityGroup {
            self.entity_group()
        } else if matches!(self.written(0), "database" | "cluster") && self.peek(1) == T::OpenParen {
            self.entity_path()
        } else {
            self.name().map(|name| self.name_expr(name))
        };
        let group = Box::new(group.unwrap_or_else(|| self.missing_expr()));
        let scope = self.eat(T::As).map(|_| self.required_name());
        let open = self.require(T::OpenParen);
        let statements = self.nested(|parser| Some(parser.statements())).unwrap_or_default();
        self.close(T::CloseParen, open);
        OperatorKind::MacroExpand { group, scope, statements }
    }

    pub(super) fn mv_apply(&mut self) -> OperatorKind {
        let ends: fn(&Self) -> bool = |parser| {
            let clause = matches!(parser.kind(), T::Limit | T::Id | T::On);
            clause && !matches!(parser.peek(1), T::Comma | T::To | T::Equal) || parser.ends_list()
        };
        let items = self.commas(Self::expanded, Self::missing_expr, List::until(ends));
        let limit = self.row_limit();
        if self.eat(T::Id).is_some() {
            self.required(Self::unnamed);
        }
        self.require(T::On);
        let open = self.require(T::OpenParen);
        let query = if open.is_empty() { self.missing_subquery() } else { self.required(Self::subquery) };
        self.close(T::CloseParen, open);
        OperatorKind::MvApply { items, limit, query: Box::new(query) }
    }

    fn missing_subquery(&self) -> Expr {
        self.expr(self.nowhere(), ExprKind::Missing)
    }

    pub(super) fn partition(&mut self) -> OperatorKind {
        self.require(T::By);
        let by = Box::new(self.simple_path().unwrap_or_else(|| self.named_expr(Self::missing_name)));
        if self.eat(T::In).is_some() && self.call().is_none() && self.dynamic().is_none() {
            self.missing_expr();
        }
        if let Some(open) = self.eat(T::OpenBrace) {
            let query = Box::new(self.required(Self::pipeline));
            self.close(T::CloseBrace, open);
            return OperatorKind::Partition { by, query, braces: true };
        }
        let open = self.require(T::OpenParen);
        let query = if open.is_empty() { self.missing_subquery() } else { self.required(Self::subquery) };
        self.close(T::CloseParen, open);
        OperatorKind::Partition { by, query: Box::new(query), braces: false }
    }

    pub(super) fn partition_by(&mut self) -> OperatorKind {
        let by = Box::new(self.simple_path().unwrap_or_else(|| self.named_expr(Self::missing_name)));
        if self.eat(T::Id).is_some() && self.literal().is_none() {
            self.missing_value();
        }
        let open = self.require(T::OpenParen);
        let query = Box::new(self.required(Self::subquery));
        self.close(T::CloseParen, open);
        OperatorKind::PartitionBy { by, query }
    }

    pub(super) fn union(&mut self) -> (Vec<Param>, OperatorKind) {
        let params = self.params(params::UNION, true);
        let kind = self.param_word(&params, "kind").and_then(UnionKind::of).unwrap_or_default();
        let fuzzy = self.param_word(&params, "isfuzzy").is_some_and(|word| word.eq_ignore_ascii_case("true"));
        let legs = self.commas(Self::union_leg, Self::missing_expr, List::closed().one_or_more());
        (params, OperatorKind::Union(Union { kind, fuzzy, legs }))
    }

    fn union_leg(&mut self) -> Option<Expr> {
        self.parenthesized().or_else(|| self.entity())
    }

    pub(super) fn scan(&mut self) -> OperatorKind {
        let mut scan =
            Scan { order: Vec::new(), partition: Vec::new(), declared: Vec::new(), steps: Vec::new() };
        let ends: fn(&Self) -> bool = |parser| {
            matches!(parser.kind(), T::Partition | T::Order | T::By | T::Declare | T::With)
                || parser.ends_list()
        };
        if self.eat(T::Order).is_some() {
            self.require(T::By);
            scan.order = self.commas(Self::ordered, Self::missing_expr, List::until(ends));
        }
        if self.eat(T::Partition).is_some() {
            self.require(T::By);
            scan.partition = self.commas(Self::unnamed, Self::missing_expr, List::until(ends));
        }
        if self.eat(T::Declare).is_some() {
            let open = self.require(T::OpenParen);
            scan.declared = self.parameters();
            self.close(T::CloseParen, open);
        }
        self.require(T::With);
        let open = self.require(T::OpenParen);
        while self.kind() == T::Step {
            let step = self.scan_step();
            scan.steps.push(step);
        }
        self.close(T::CloseParen, open);
        OperatorKind::Scan(Box::new(scan))
    }

    fn scan_step(&mut self) -> ScanStep {
        self.bump();
        let name = self.naming().unwrap_or_else(|| self.missing_name());
        self.eat(T::Optional);
        let mut output = ScanOutput::All;
        if self.eat(T::Output).is_some() {
            self.require(T::Equal);
            let known = match self.written(0) {
                "all" => Some(ScanOutput::All),
                "last" => Some(ScanOutput::Last),
                "none" => Some(ScanOutput::None),
                _ => None,
            };
            if let Some(known) = known {
                output = known;
                self.bump();
            } else {
                self.expected("`all`, `last` or `none`");
            }
        }
        self.require(T::Colon);
        let condition = self.required(Self::unnamed);
        let assignments = if self.eat(T::FatArrow).is_some() {
            self.commas(Self::assignment, Self::missing_expr, List::closed().one_or_more())
        } else {
            Vec::new()
        };
        self.require(T::Semicolon);
        ScanStep { name, output, condition, assignments }
    }

    fn assignment(&mut self) -> Option<Expr> {
        let start = self.start();
        let name = self.naming()?;
        self.require(T::Equal);
        let value = Box::new(self.required(Self::unnamed));
        let kind = ExprKind::Named { names: vec![name], tuple: false, value };
        Some(self.expr(self.since(start), kind))
    }
}
