//! The query operators but for those on graphs; those with queries of their own are in `subqueries`.

use super::super::ast::{Expr, ExprKind, Name, NameForm, Operator, OperatorKind, Param, Pattern, TopNested};
use super::super::token::TokenKind as T;
use super::{List, Parser, params};

impl<'t> Parser<'t> {
    /// The operator that begins here, if one does.
    pub(super) fn operator(&mut self) -> Option<Operator> {
        let word = self.kind();
        let read = reader(word)?;
        // These words are functions where a parenthesis follows.
        if matches!(word, T::Count | T::Range) && self.peek(1) == T::OpenParen {
            return None;
        }
        let start = self.start();
        // Each level of `top-nested` begins with the word.
        let keyword = if word == T::TopNested { self.token(0).span } else { self.bump() };
        let (params, kind) = read(self);
        Some(Operator { span: self.since(start), keyword, word: word.text(), params, kind })
    }

    fn named_list(&mut self, list: List<'t>) -> Vec<Expr> {
        self.commas(Self::named, Self::missing_expr, list)
    }

    fn star_or_named(&mut self) -> Option<Expr> {
        if self.kind() == T::Asterisk { Some(self.star()) } else { self.named() }
    }

    fn column_or_wildcard(&mut self) -> Option<Expr> {
        self.wildcard().or_else(|| self.name()).map(|name| self.name_expr(name))
    }

    fn reordered(&mut self) -> Option<Expr> {
        let start = self.start();
        let expr = self.column_or_wildcard()?;
        let Some(order) = self.order() else { return Some(expr) };
        let kind = ExprKind::Ordered { expr: Box::new(expr), order: Some(order), nulls: None };
        Some(self.expr(self.since(start), kind))
    }

    /// `as name` after `count`
    fn count_name(&mut self) -> Option<Name> {
        self.eat(T::As)?;
        let text = self.written(0);
        if self.kind() == T::Identifier {
            let span = self.bump();
            return Some(Name { span, text: text.into(), form: NameForm::Plain });
        }
        Some(self.missing_name())
    }

    fn evaluate(&mut self) -> OperatorKind {
        let call = match self.call() {
            Some(call) => call,
            None => match self.name() {
                Some(name) => {
                    self.expected("`(`");
                    self.expr(name.span, ExprKind::Call { name, args: Vec::new() })
                }
                None => self.missing_as("a plugin with its arguments"),
            },
        };
        let schema = self.eat(T::Colon).map(|_| self.plugin_schema());
        OperatorKind::Evaluate { call: Box::new(call), schema }
    }

    fn make_series(&mut self) -> OperatorKind {
        let ends: fn(&Self) -> bool =
            |parser| matches!(parser.kind(), T::On | T::From | T::In) || parser.ends_list();
        let aggregates = self.commas(Self::defaulted, Self::missing_expr, List::until(ends));
        self.require(T::On);
        let on = Box::new(self.required(Self::named));
        let mut range = Vec::new();
        if matches!(self.kind(), T::From | T::To | T::Step) {
            for word in [T::From, T::To] {
                if self.eat(word).is_some() {
                    range.push(self.required(Self::unnamed));
                }
            }
            self.require(T::Step);
            range.push(self.required(Self::unnamed));
        } else {
            self.require(T::In);
            self.require(T::Range);
            let open = self.require(T::OpenParen);
            range = self.named_list(List::closed());
            self.close(T::CloseParen, open);
        }
        let by = self.eat(T::By).map(|_| self.named_list(List::open()));
        OperatorKind::MakeSeries { aggregates, on, range, by }
    }

    fn defaulted(&mut self) -> Option<Expr> {
        let start = self.start();
        let expr = self.named()?;
        if self.eat(T::Default).is_none() {
            return Some(expr);
        }
        self.require(T::Equal);
        let default = Box::new(self.required(Self::named));
        let kind = ExprKind::Defaulted { expr: Box::new(expr), default };
        Some(self.expr(self.since(start), kind))
    }

    /// `to typeof(type)`
    fn conversion(&mut self) -> Option<Expr> {
        self.eat(T::To)?;
        Some(match self.type_of() {
            Some(type_of) => type_of,
            None => self.missing_as("`typeof(...)`"),
        })
    }

    /// A value with the type that its parts shall have.
    pub(super) fn expanded(&mut self) -> Option<Expr> {
        let start = self.start();
        let expr = if self.kind() == T::To && self.peek(1) == T::TypeOf {
            self.expr(self.nowhere(), ExprKind::Missing)
        } else {
            self.named()?
        };
        let Some(to) = self.conversion() else { return Some(expr) };
        let kind = ExprKind::Converted { expr: Box::new(expr), to: Box::new(to) };
        Some(self.expr(self.since(start), kind))
    }

    /// The same where the value may not be left out.
    fn expanded_value(&mut self) -> Option<Expr> {
        if self.kind() == T::To && self.peek(1) == T::TypeOf {
            self.missing_expr();
        }
        self.expanded()
    }

    pub(super) fn row_limit(&mut self) -> Option<Box<Expr>> {
        self.eat(T::Limit)?;
        Some(Box::new(self.required(Self::unnamed)))
    }

    fn mv_expand(&mut self) -> OperatorKind {
        let ends: fn(&Self) -> bool = |parser| parser.kind() == T::Limit || parser.ends_list();
        let items = self.commas(Self::expanded_value, Self::missing_expr, List::until(ends));
        OperatorKind::MvExpand { items, limit: self.row_limit() }
    }

    fn parse_pattern(&mut self) -> Pattern {
        let expr = Box::new(self.required(Self::unnamed));
        self.require(T::With);
        let parts = std::iter::from_fn(|| self.pattern_part()).collect();
        Pattern { expr, parts }
    }

    fn pattern_part(&mut self) -> Option<Expr> {
        match self.kind() {
            T::Asterisk => Some(self.star()),
            T::StringLiteral => self.string(),
            _ => {
                let start = self.start();
                let column = self.maybe_typed_name()?;
                Some(self.expr(self.since(start), ExprKind::Typed(column)))
            }
        }
    }

    fn parse_kv(&mut self) -> OperatorKind {
        let expr = Box::new(self.required(Self::unnamed));
        self.require(T::As);
        let keys = self.schema();
        let with = self.with_params(params::PARSE_KV);
        OperatorKind::ParseKv { expr, keys, with }
    }

    /// `with (name=value, ...)` with the parameters of an operator.
    fn with_params(&mut self, specs: &'static [params::Spec]) -> Vec<super::super::ast::Param> {
        if self.eat(T::With).is_none() {
            return Vec::new();
        }
        let open = self.require(T::OpenParen);
        let with = self.comma_params(specs, true);
        self.close(T::CloseParen, open);
        with
    }

    fn range(&mut self) -> OperatorKind {
        let name = self.required_name();
        let mut bounds = Vec::new();
        for word in [T::From, T::To, T::Step] {
            self.require(word);
            bounds.push(self.required(Self::unnamed));
        }
        OperatorKind::Range { name, bounds }
    }

    fn reduce(&mut self) -> OperatorKind {
        self.require(T::By);
        let by = Box::new(self.required(Self::named));
        let with =
            if self.eat(T::With).is_some() { self.comma_params(params::REDUCE, false) } else { Vec::new() };
        OperatorKind::Reduce { by, with }
    }

    fn render(&mut self) -> OperatorKind {
        let text = self.written(0);
        let charts = [
            T::BarChart,
            T::PieChart,
            T::LadderChart,
            T::TimeChart,
            T::LineChart,
            T::AnomalyChart,
            T::PivotChart,
            T::AreaChart,
            T::StackedAreaChart,
            T::ScatterChart,
            T::TimePivot,
            T::ColumnChart,
            T::Timeline,
            T::ThreeDChart,
            T::Card,
            T::TreeMap,
            T::Plotly,
            T::Graph,
            T::Identifier,
        ];
        let chart = if charts.contains(&self.kind()) {
            Name { span: self.bump(), text: text.into(), form: NameForm::Plain }
        } else {
            self.expected("a chart type, such as `timechart`");
            Name { span: self.nowhere(), text: "".into(), form: NameForm::Missing }
        };
        let mut with = Vec::new();
        loop {
            if let Some(param) = self.one_param(params::RENDER_OLD) {
                with.push(param);
            } else if self.kind() == T::With && self.peek(1) != T::OpenParen {
                self.bump();
                if self.any_value().is_none() {
                    self.missing("a string");
                }
            } else if self.eat(T::By).is_some() {
                let ends: fn(&Self) -> bool =
                    |parser| matches!(parser.written(0), "kind" | "title" | "accumulate" | "with" | "by");
                let missing: fn(&mut Self) -> Name = Self::missing_name;
                self.commas(Self::naming, missing, List::until(ends));
            } else {
                break;
            }
        }
        with.extend(self.with_params(params::RENDER));
        OperatorKind::Render { chart, with }
    }

    /// `count of expression`
    fn count_of(&mut self) -> (Box<Expr>, Box<Expr>) {
        let count = self.boxed();
        self.require(T::Of);
        (count, self.boxed())
    }

    fn sample_distinct(&mut self) -> OperatorKind {
        let (count, of) = self.count_of();
        OperatorKind::SampleDistinct { count, of }
    }

    fn top_hitters(&mut self) -> OperatorKind {
        let (count, of) = self.count_of();
        let by = self.eat(T::By).map(|_| self.boxed());
        OperatorKind::TopHitters { count, of, by }
    }

    fn sort_keys(&mut self) -> Vec<Expr> {
        self.require(T::By);
        self.commas(Self::ordered, Self::missing_expr, List::closed().one_or_more())
    }

    fn top(&mut self) -> OperatorKind {
        let count = self.boxed();
        self.require(T::By);
        OperatorKind::Top { count, by: Box::new(self.required(Self::ordered)) }
    }

    fn top_levels(&mut self) -> Vec<TopNested> {
        self.commas(Self::top_nested, Self::missing_top_nested, List::closed().one_or_more())
    }

    fn boxed(&mut self) -> Box<Expr> {
        Box::new(self.required(Self::named))
    }

    /// Columns to keep or to leave out, perhaps with stars in their names.
    fn columns(&mut self) -> Vec<Expr> {
        self.commas(Self::column_or_wildcard, Self::missing_expr, List::closed())
    }

    fn summarize(&mut self) -> OperatorKind {
        let ends: fn(&Self) -> bool = |parser| parser.kind() == T::By || parser.ends_list();
        let aggregates = self.named_list(List { end: Some(ends), needs_one: false, trailing_comma: false });
        let by = self.eat(T::By).map(|_| {
            let old_bin: fn(&Self) -> bool = |parser| {
                let bin = parser.kind() == T::Bin && parser.peek(1) == T::Equal;
                bin && parser.peek(2).is_literal() || parser.ends_list()
            };
            let mut groups = self.named_list(List::until(old_bin));
            // The old way to say how wide the groups are.
            if self.kind() == T::Bin && self.peek(1) == T::Equal {
                groups.extend(self.named());
            }
            groups
        });
        OperatorKind::Summarize { aggregates, by }
    }

    fn missing_top_nested(&mut self) -> TopNested {
        let span = self.missing("a level of `top-nested`");
        let nothing = || self.expr(span, ExprKind::Missing);
        TopNested { count: None, of: nothing(), others: None, by: nothing() }
    }

    fn top_nested(&mut self) -> Option<TopNested> {
        self.eat(T::TopNested)?;
        let count = if self.kind() == T::Of { None } else { self.named() };
        self.require(T::Of);
        let of = self.required(Self::named);
        let others = self.eat(T::With).map(|_| {
            self.require(T::Others);
            self.require(T::Equal);
            self.literal().or_else(|| self.unnamed()).unwrap_or_else(|| self.missing_expr())
        });
        self.require(T::By);
        let by = self.required(Self::ordered);
        Some(TopNested { count, of, others, by })
    }
}

/// What follows the keyword of an operator.
pub(super) type Read<'t> = fn(&mut Parser<'t>) -> (Vec<Param>, OperatorKind);

/// Whether a keyword begins a query operator.
pub(super) fn is_operator(word: T) -> bool {
    reader(word).is_some()
}

/// How to read what follows a keyword; `None` where it begins no operator. This is the list of the operators.
fn reader<'t>(word: T) -> Option<Read<'t>> {
    let read: Read<'t> = match word {
        T::As => |p| (p.params(params::AS, true), OperatorKind::As(p.required_name())),
        T::AssertSchema => |p| (Vec::new(), OperatorKind::AssertSchema(p.schema())),
        T::Consume => |p| (p.params(params::CONSUME, false), OperatorKind::Consume),
        T::Count => |p| (Vec::new(), OperatorKind::Count(p.count_name())),
        T::Distinct => |p| {
            let params = p.params(params::SUMMARIZE, true);
            let list = List::closed().one_or_more();
            (params, OperatorKind::Distinct(p.commas(Parser::star_or_named, Parser::missing_expr, list)))
        },
        T::Evaluate => |p| (p.params(params::EVALUATE, false), p.evaluate()),
        T::ExecuteAndCache => |_| (Vec::new(), OperatorKind::ExecuteAndCache),
        T::Extend => |p| (Vec::new(), OperatorKind::Extend(p.named_list(List::closed().one_or_more()))),
        T::Facet => |p| (Vec::new(), p.facet()),
        T::Filter | T::Where => |p| (p.params(params::NONE, true), OperatorKind::Where(p.boxed())),
        T::Find => |p| {
            p.data_scope();
            (p.params(params::FIND, false), p.find())
        },
        T::Fork => |p| (Vec::new(), OperatorKind::Fork(p.fork())),
        T::GetSchema => |p| {
            let kind = p.one_param(&[("kind", params::Takes::Word(&["csl"]))]);
            (kind.into_iter().collect(), OperatorKind::GetSchema)
        },
        T::Invoke => |p| (Vec::new(), OperatorKind::Invoke(Box::new(p.required(Parser::invoked)))),
        T::Join => Parser::join,
        T::Lookup => Parser::lookup,
        T::MacroExpand => |p| (p.params(params::UNION, true), p.macro_expand()),
        T::MakeSeries => |p| (p.params(params::MAKE_SERIES, true), p.make_series()),
        T::MvApply | T::MvDashApply => |p| (p.params(params::MV_APPLY, true), p.mv_apply()),
        T::MvExpand | T::MvDashExpand => |p| (p.params(params::MV_EXPAND, true), p.mv_expand()),
        T::Parse => |p| (p.params(params::PARSE, true), OperatorKind::Parse(p.parse_pattern())),
        T::ParseKv => |p| (Vec::new(), p.parse_kv()),
        T::ParseWhere => |p| (p.params(params::PARSE, true), OperatorKind::ParseWhere(p.parse_pattern())),
        T::Partition => |p| (p.params(params::PARTITION, false), p.partition()),
        T::PartitionBy => |p| (p.params(params::PARTITION, false), p.partition_by()),
        T::Print => |p| (Vec::new(), OperatorKind::Print(p.named_list(List::closed().one_or_more()))),
        T::Project => |p| (Vec::new(), OperatorKind::Project(p.named_list(List::closed()))),
        T::ProjectAway => |p| (Vec::new(), OperatorKind::ProjectAway(p.columns())),
        T::ProjectByNames => |p| {
            let names = p.commas(Parser::unnamed, Parser::missing_expr, List::closed());
            (Vec::new(), OperatorKind::ProjectByNames(names))
        },
        T::ProjectKeep => |p| (Vec::new(), OperatorKind::ProjectKeep(p.columns())),
        T::ProjectRename => |p| (Vec::new(), OperatorKind::ProjectRename(p.named_list(List::closed()))),
        T::ProjectReorder => |p| {
            let columns = p.commas(Parser::reordered, Parser::missing_expr, List::closed());
            (Vec::new(), OperatorKind::ProjectReorder(columns))
        },
        T::Range => |p| (Vec::new(), p.range()),
        T::Reduce => |p| (p.params(params::REDUCE, false), p.reduce()),
        T::Render => |p| (Vec::new(), p.render()),
        T::Sample => |p| (p.params(params::NONE, true), OperatorKind::Sample(p.boxed())),
        T::SampleDistinct => |p| (p.params(params::NONE, true), p.sample_distinct()),
        T::Scan => |p| (p.params(params::SCAN, false), p.scan()),
        T::Search => |p| (p.params(params::SEARCH, true), p.search()),
        T::Serialize => {
            |p| (p.params(params::NONE, true), OperatorKind::Serialize(p.named_list(List::closed())))
        }
        T::Sort | T::Order => |p| (p.params(params::SORT, false), OperatorKind::Sort(p.sort_keys())),
        T::Summarize => |p| (p.params(params::SUMMARIZE, true), p.summarize()),
        T::Take | T::Limit => |p| (p.params(params::NONE, true), OperatorKind::Take(p.boxed())),
        T::Top => |p| (p.params(params::TOP, true), p.top()),
        T::TopHitters => |p| (Vec::new(), p.top_hitters()),
        T::TopNested => |p| (Vec::new(), OperatorKind::TopNested(p.top_levels())),
        T::Union => Parser::union,
        _ => return super::graph::reader(word),
    };
    Some(read)
}
