//! The query operators but for those on graphs; those with queries of their own are in `subqueries`.

use super::super::ast::{Body, Expr, ExprKind, Name, NameForm, Operator, TopNested};
use super::super::token::TokenKind as T;
use super::tabular::is_operator;
use super::{List, Parser, params};

impl<'t> Parser<'t> {
    /// The operator that begins here, if one does.
    pub(super) fn operator(&mut self) -> Option<Operator> {
        let word = self.kind();
        // These words are functions where a parenthesis follows.
        let function = matches!(word, T::Count | T::Range) && self.peek(1) == T::OpenParen;
        if !is_operator(word) || function {
            return None;
        }
        let start = self.start();
        let keyword = if word == T::TopNested { self.token(0).span } else { self.bump() };
        let params = match word {
            T::Consume => self.params(params::CONSUME, false),
            T::Filter | T::Where | T::Take | T::Limit | T::Sample | T::SampleDistinct | T::Serialize => {
                self.params(params::NONE, true)
            }
            T::Find => {
                self.data_scope();
                self.params(params::FIND, false)
            }
            T::Search => self.params(params::SEARCH, true),
            T::Partition | T::PartitionBy => self.params(params::PARTITION, false),
            T::Join => self.params(params::JOIN, true),
            T::Lookup => self.params(params::LOOKUP, true),
            T::MakeSeries => self.params(params::MAKE_SERIES, true),
            T::MvExpand | T::MvDashExpand => self.params(params::MV_EXPAND, true),
            T::MvApply | T::MvDashApply => self.params(params::MV_APPLY, true),
            T::Evaluate => self.params(params::EVALUATE, false),
            T::Parse | T::ParseWhere => self.params(params::PARSE, true),
            T::Reduce => self.params(params::REDUCE, false),
            T::Summarize | T::Distinct => self.params(params::SUMMARIZE, true),
            T::Sort | T::Order => self.params(params::SORT, false),
            T::Scan => self.params(params::SCAN, false),
            T::Top => self.params(params::TOP, true),
            T::Union | T::MacroExpand => self.params(params::UNION, true),
            T::As => self.params(params::AS, true),
            T::GetSchema => self.one_param(&[("kind", params::Takes::Word(&["csl"]))]).into_iter().collect(),
            T::GraphMatch => self.params(params::GRAPH_MATCH, true),
            T::GraphShortestPaths => self.params(params::GRAPH_PATHS, true),
            T::GraphMarkComponents => self.params(params::GRAPH_COMPONENTS, true),
            T::MakeGraph => self.params(params::NONE, true),
            _ => Vec::new(),
        };
        let body = self.body(word);
        Some(Operator { span: self.since(start), word, keyword, params, body })
    }

    fn body(&mut self, word: T) -> Body {
        match word {
            T::As => Body::Name(self.required_name()),
            T::AssertSchema => Body::Schema(self.schema()),
            T::Count => self.count(),
            T::Distinct => {
                Body::Many(self.commas(Self::star_or_named, Self::missing_expr, List::closed().one_or_more()))
            }
            T::Evaluate => self.evaluate(),
            T::Extend | T::Print => Body::Many(self.named_list(List::closed().one_or_more())),
            T::Project | T::ProjectRename | T::Serialize => Body::Many(self.named_list(List::closed())),
            T::ProjectByNames => Body::Many(self.commas(Self::unnamed, Self::missing_expr, List::closed())),
            T::ProjectAway | T::ProjectKeep => {
                Body::Many(self.commas(Self::column_or_wildcard, Self::missing_expr, List::closed()))
            }
            T::ProjectReorder => Body::Many(self.commas(Self::reordered, Self::missing_expr, List::closed())),
            T::Facet => self.facet(),
            T::Filter | T::Where | T::Take | T::Limit | T::Sample => {
                Body::One(Box::new(self.required(Self::named)))
            }
            T::Find => self.find(),
            T::Search => self.search(),
            T::Fork => Body::Fork(self.fork()),
            T::Invoke => Body::One(Box::new(self.required(Self::invoked))),
            T::Join | T::Lookup => self.join(word == T::Lookup),
            T::MacroExpand => self.macro_expand(),
            T::MakeSeries => self.make_series(),
            T::MvExpand | T::MvDashExpand => self.mv_expand(),
            T::MvApply | T::MvDashApply => self.mv_apply(),
            T::Parse | T::ParseWhere => self.parse_operator(),
            T::ParseKv => self.parse_kv(),
            T::Partition => self.partition(),
            T::PartitionBy => self.partition_by(),
            T::Range => self.range(),
            T::Reduce => self.reduce(),
            T::Render => self.render(),
            T::SampleDistinct | T::TopHitters => self.count_of(word),
            T::Scan => self.scan(),
            T::Sort | T::Order => {
                self.require(T::By);
                Body::Many(self.commas(Self::ordered, Self::missing_expr, List::closed().one_or_more()))
            }
            T::Summarize => self.summarize(),
            T::Top => {
                let count = Box::new(self.required(Self::named));
                self.require(T::By);
                Body::Top { count, by: Box::new(self.required(Self::ordered)) }
            }
            T::TopNested => {
                let list = List::closed().one_or_more();
                Body::TopNested(self.commas(Self::top_nested, Self::missing_top_nested, list))
            }
            T::Union => {
                Body::Many(self.commas(Self::union_leg, Self::missing_expr, List::closed().one_or_more()))
            }
            _ => self.graph_body(word),
        }
    }

    fn named_list(&mut self, list: List<'t>) -> Vec<Expr> {
        self.commas(Self::named, Self::missing_expr, list)
    }

    fn star_or_named(&mut self) -> Option<Expr> {
        if self.kind() == T::Asterisk { Some(self.star()) } else { self.named() }
    }

    fn column_or_wildcard(&mut self) -> Option<Expr> {
        self.wildcard().or_else(|| self.name()).map(Expr::name)
    }

    fn reordered(&mut self) -> Option<Expr> {
        let start = self.start();
        let expr = self.column_or_wildcard()?;
        let Some(order) = self.order() else { return Some(expr) };
        let kind = ExprKind::Ordered { expr: Box::new(expr), order: Some(order), nulls: None };
        Some(Expr { span: self.since(start), kind })
    }

    fn count(&mut self) -> Body {
        if self.eat(T::As).is_none() {
            return Body::Empty;
        }
        let text = self.written(0);
        if self.kind() == T::Identifier {
            let span = self.bump();
            return Body::Name(Name { span, text: text.into(), form: NameForm::Plain });
        }
        Body::Name(self.missing_name())
    }

    fn evaluate(&mut self) -> Body {
        let call = match self.call() {
            Some(call) => call,
            None => match self.name() {
                Some(name) => {
                    self.expected("`(`");
                    Expr { span: name.span, kind: ExprKind::Call { name, args: Vec::new() } }
                }
                None => Expr { span: self.missing("a plug-in with its arguments"), kind: ExprKind::Missing },
            },
        };
        let schema = self.eat(T::Colon).map(|_| self.plugin_schema());
        Body::Evaluate { call: Box::new(call), schema }
    }

    fn make_series(&mut self) -> Body {
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
        Body::MakeSeries { aggregates, on, range, by }
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
        Some(Expr { span: self.since(start), kind })
    }

    /// `to typeof(type)`
    fn conversion(&mut self) -> Option<Expr> {
        self.eat(T::To)?;
        Some(match self.type_of() {
            Some(type_of) => type_of,
            None => Expr { span: self.missing("`typeof(...)`"), kind: ExprKind::Missing },
        })
    }

    /// A value with the type that its parts shall have.
    pub(super) fn expanded(&mut self) -> Option<Expr> {
        let start = self.start();
        let expr = if self.kind() == T::To && self.peek(1) == T::TypeOf {
            Expr { span: self.nowhere(), kind: ExprKind::Missing }
        } else {
            self.named()?
        };
        let Some(to) = self.conversion() else { return Some(expr) };
        let kind = ExprKind::Converted { expr: Box::new(expr), to: Box::new(to) };
        Some(Expr { span: self.since(start), kind })
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

    fn mv_expand(&mut self) -> Body {
        let ends: fn(&Self) -> bool = |parser| parser.kind() == T::Limit || parser.ends_list();
        let items = self.commas(Self::expanded_value, Self::missing_expr, List::until(ends));
        Body::MvExpand { items, limit: self.row_limit() }
    }

    fn parse_operator(&mut self) -> Body {
        let expr = Box::new(self.required(Self::unnamed));
        self.require(T::With);
        let pattern = std::iter::from_fn(|| self.pattern_part()).collect();
        Body::Parse { expr, pattern }
    }

    fn pattern_part(&mut self) -> Option<Expr> {
        match self.kind() {
            T::Asterisk => Some(self.star()),
            T::StringLiteral => self.string(),
            _ => {
                let start = self.start();
                let column = self.maybe_typed_name()?;
                Some(Expr { span: self.since(start), kind: ExprKind::Typed(column) })
            }
        }
    }

    fn parse_kv(&mut self) -> Body {
        let expr = Box::new(self.required(Self::unnamed));
        self.require(T::As);
        let keys = self.schema();
        let with = self.with_params(params::PARSE_KV);
        Body::ParseKv { expr, keys, with }
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

    fn range(&mut self) -> Body {
        let name = self.required_name();
        let mut bounds = Vec::new();
        for word in [T::From, T::To, T::Step] {
            self.require(word);
            bounds.push(self.required(Self::unnamed));
        }
        Body::Range { name, bounds }
    }

    fn reduce(&mut self) -> Body {
        self.require(T::By);
        let by = Box::new(self.required(Self::named));
        let with =
            if self.eat(T::With).is_some() { self.comma_params(params::REDUCE, false) } else { Vec::new() };
        Body::Reduce { by, with }
    }

    fn render(&mut self) -> Body {
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
            self.expected("a kind of chart, such as `timechart`");
            Name { span: self.nowhere(), text: "".into(), form: NameForm::Missing }
        };
        let mut with = Vec::new();
        loop {
            if let Some(param) = self.one_param(params::RENDER_OLD) {
                with.push(param);
            } else if self.kind() == T::With && self.peek(1) != T::OpenParen {
                self.bump();
                if self.any_value().is_none() {
                    self.missing("a text");
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
        Body::Render { chart, with }
    }

    fn count_of(&mut self, word: T) -> Body {
        let count = Box::new(self.required(Self::named));
        self.require(T::Of);
        let of = Box::new(self.required(Self::named));
        let by = (word == T::TopHitters && self.eat(T::By).is_some())
            .then(|| Box::new(self.required(Self::named)));
        Body::CountOf { count, of, by }
    }

    fn summarize(&mut self) -> Body {
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
        Body::Summarize { aggregates, by }
    }

    fn missing_top_nested(&mut self) -> TopNested {
        let span = self.missing("a level of `top-nested`");
        let nothing = Expr { span, kind: ExprKind::Missing };
        TopNested { count: None, of: nothing.clone(), others: None, by: nothing }
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
