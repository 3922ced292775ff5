//! The model of small queries, written out: the cases stand in cases.kql, what is expected of each in `snapshots`.

use std::fmt::Write as _;
use std::rc::Rc;
use std::sync::Arc;

use super::{ColumnOrigin, Constant, ExprType, Level, SemanticModel, Symbol, VariableKind};
use crate::kql::ast::Expr;
use crate::kql::bind::{
    Body, Catalog, CatalogId, Declared, External, Returned, Table, Takes, analyze, bind, matches_wildcard,
    union_relations,
};
use crate::kql::types::{Column, ColumnId, Relation, Scalar};
use crate::kql::{Node, Parse, parse, walk_statements};
use crate::source::Span;

mod bindings;
mod pinned;
mod plugins;
mod results;

/// A workspace of two tables and three functions.
struct Sample(CatalogId);

const TABLES: &[(&str, &[(&str, Scalar)])] = &[
    (
        "Events",
        &[
            ("Time", Scalar::DateTime),
            ("Host", Scalar::String),
            ("Size", Scalar::Long),
            ("Bag", Scalar::Dynamic),
        ],
    ),
    ("Hosts", &[("Time", Scalar::DateTime), ("Host", Scalar::String), ("Owner", Scalar::String)]),
];

fn rows(columns: &[(&str, Scalar)]) -> Arc<Relation> {
    Arc::new(Relation::closed(
        columns.iter().map(|(name, kind)| Column::new(*name, *kind)).collect::<Vec<_>>(),
    ))
}

impl Catalog for Sample {
    fn id(&self) -> CatalogId {
        self.0
    }

    fn table(&self, name: &str) -> Option<Table> {
        let (_, columns) = TABLES.iter().find(|(known, _)| *known == name)?;
        Some(Table { relation: rows(columns) })
    }

    fn function(&self, name: &str) -> Option<Rc<External>> {
        let takes = |name: &str, takes: Takes| Declared {
            name: name.into(),
            takes,
            optional: false,
            column_name: false,
            columns: Vec::new(),
        };
        let (params, returns) = match name {
            "Owners" => (Vec::new(), Returned::Body(Rc::new(read_body("Hosts | project Host, Owner")))),
            "WithOwner" => {
                let body = "rows | extend Owner = 'x'";
                (vec![takes("rows", Takes::Rows)], Returned::Body(Rc::new(read_body(body))))
            }
            "Twice" => (vec![takes("n", Takes::Scalar(Scalar::Long))], Returned::Scalar(Scalar::Long)),
            _ => return None,
        };
        Some(Rc::new(External { params: Some(params), returns }))
    }

    fn tables_like(&self, pattern: &str) -> Vec<Arc<str>> {
        TABLES
            .iter()
            .filter(|(name, _)| matches_wildcard(pattern, name))
            .map(|(name, _)| (*name).into())
            .collect()
    }

    fn everything(&self) -> Arc<Relation> {
        Arc::new(union_relations(&TABLES.iter().map(|(_, columns)| rows(columns)).collect::<Vec<_>>()))
    }

    fn nearest_table(&self, _: &str) -> Option<String> {
        None
    }

    fn nearest_function(&self, _: &str) -> Option<String> {
        None
    }
}

/// A model written out.
struct Page<'a> {
    text: &'a str,
    parse: Parse,
    model: SemanticModel,
    out: String,
}

impl Page<'_> {
    fn at(&self, span: Span) -> String {
        let before = &self.text[..span.start as usize];
        let line = before.matches('\n').count() + 1;
        format!("{line}:{}", before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1)
    }

    fn said(&self, span: Span) -> String {
        let said = self.text[span.range()].split_whitespace().collect::<Vec<_>>().join(" ");
        if said.chars().count() > 44 { said.chars().take(43).chain(['…']).collect() } else { said }
    }

    fn column(&self, id: ColumnId) -> String {
        self.model
            .column(id)
            .map_or("?".to_owned(), |column| format!("{}#{}", column.name, id.index().unwrap() + 1))
    }

    fn columns(&self, ids: &[ColumnId]) -> String {
        ids.iter().map(|id| self.column(*id)).collect::<Vec<_>>().join(", ")
    }

    fn rows_of(relation: &Relation) -> String {
        let column = |column: &Column| {
            let number = column.id.index().map_or("?".to_owned(), |at| (at + 1).to_string());
            format!("{}#{number}", column.name)
        };
        let mut columns: Vec<String> = relation.columns.iter().map(column).collect();
        if relation.has_unknown_columns {
            columns.push("...".to_owned());
        }
        format!("({})", columns.join(", "))
    }

    fn type_of(kind: &ExprType) -> String {
        match kind {
            ExprType::Unknown => "unknown".to_owned(),
            ExprType::Scalar(kind) => kind.name().to_owned(),
            ExprType::Columns(columns) => Self::rows_of(&Relation::closed(columns.clone())),
            ExprType::Rows(relation) => Self::rows_of(relation),
            ExprType::Database => "database".to_owned(),
            ExprType::Cluster => "cluster".to_owned(),
            ExprType::Graph => "graph".to_owned(),
            ExprType::Nothing => "nothing".to_owned(),
        }
    }

    fn symbol(&self, symbol: &Symbol) -> String {
        match symbol {
            Symbol::Column(id) => format!("column {}", self.column(*id)),
            Symbol::Pattern(ids) => format!("pattern for {}", self.columns(ids)),
            Symbol::Columns(ids) => format!("columns {}", self.columns(ids)),
            Symbol::Variable(id) => {
                let variable = self.model.variable(*id).unwrap();
                let what = match variable.kind {
                    VariableKind::Let => "let",
                    VariableKind::Function => "function",
                    VariableKind::Parameter => "parameter",
                    VariableKind::As => "as",
                    VariableKind::PartitionKey => "key",
                    VariableKind::ScanState => "state",
                    VariableKind::ScanStep => "step",
                    VariableKind::GraphElement => "graph element",
                    VariableKind::Database => "database",
                };
                let place = variable.place.map_or("outside".to_owned(), |place| self.at(place));
                format!("{what} {} of {place}", variable.name)
            }
            Symbol::Table(name) => format!("table {name}"),
            Symbol::Tables(name) => format!("tables {name}"),
            Symbol::Function(name) => format!("workspace function {name}"),
            Symbol::BuiltIn(name) => format!("built-in {name}"),
            Symbol::Aggregate(name) => format!("aggregate {name}"),
            Symbol::PlugIn(name) => format!("plug-in {name}"),
            Symbol::Option { operator, name } => format!("option {name} of {operator}"),
            Symbol::OptionValue { option, word } => format!("word {word} of {option}"),
            Symbol::Side(side) => format!("side {side:?}"),
            Symbol::Member => "member".to_owned(),
            Symbol::Unresolved => "unresolved".to_owned(),
        }
    }

    fn names(&mut self) {
        self.out += "names\n";
        for occurrence in self.model.occurrences() {
            let verb = if occurrence.declares { "declares " } else { "" };
            let (place, said) = (self.at(occurrence.span), self.said(occurrence.span));
            let symbol = self.symbol(&occurrence.symbol);
            writeln!(self.out, "  {place} {said}: {verb}{symbol}").unwrap();
        }
    }

    fn declarations(&mut self) {
        self.out += "columns\n";
        for at in 1.. {
            let id = ColumnId::of(at);
            let Some(column) = self.model.column(id) else { break };
            let mut origin = match &column.origin {
                ColumnOrigin::Table(table) => format!("of table {table}"),
                ColumnOrigin::Tables(pattern) => format!("of tables {pattern}"),
                ColumnOrigin::Function(name) => format!("of function {name}"),
                ColumnOrigin::Declared => "declared".to_owned(),
                ColumnOrigin::Computed => "computed".to_owned(),
                ColumnOrigin::Renamed(from) => format!("renamed from {}", self.column(*from)),
                ColumnOrigin::Union(parts) => format!("union of {}", self.columns(parts)),
                ColumnOrigin::JoinCopy(from) => format!("join copy of {}", self.column(*from)),
                ColumnOrigin::Operator => "made by the operator".to_owned(),
                ColumnOrigin::Assumed => "assumed".to_owned(),
            };
            if let Some(made_by) = column.made_by {
                write!(origin, " by `{}`", self.said(made_by)).unwrap();
            }
            if let Some(place) = column.place {
                write!(origin, " at {}", self.at(place)).unwrap();
            }
            if let Some(after) = column.named_after {
                write!(origin, ", named after {}", self.column(after)).unwrap();
            }
            // The columns of tables say little, and are many.
            if !matches!(column.origin, ColumnOrigin::Table(_) | ColumnOrigin::Tables(_)) {
                let kind = column.kind.name();
                writeln!(self.out, "  {}#{at}: {kind}, {origin}", column.name).unwrap();
            }
        }
    }

    fn operators(&mut self) {
        self.out += "operators\n";
        for operator in &self.model.full.as_ref().unwrap().operators {
            let after = operator.after.as_ref().map_or("nothing".to_owned(), |after| Self::rows_of(after));
            let before = Self::rows_of(&operator.before);
            let line =
                format!("  {} {}: {before} -> {after}\n", self.at(operator.span), self.said(operator.span));
            self.out += &line;
        }
    }

    fn expressions(&mut self) {
        let mut exprs: Vec<&Expr> = Vec::new();
        walk_statements(&self.parse.statements, &mut |node| {
            if let Node::Expr(expr) = node {
                exprs.push(expr);
            }
            true
        });
        let mut lines = String::from("expressions\n");
        for expr in exprs {
            let mut line = format!("  {} {}: ", self.at(expr.span), self.said(expr.span));
            line += &Self::type_of(self.model.type_of(expr.id));
            if self.model.is_constant(expr.id) {
                line += ", constant";
            }
            match self.model.constant(expr.id) {
                Some(Constant::Number(number)) => write!(line, " {number}").unwrap(),
                Some(Constant::String(text)) => write!(line, " {text:?}").unwrap(),
                Some(Constant::Bool(value)) => write!(line, " {value}").unwrap(),
                Some(Constant::Length(length)) => write!(line, " {}s", length.seconds()).unwrap(),
                Some(Constant::Moment(back, _)) => write!(line, " {}s before now", back.seconds()).unwrap(),
                Some(Constant::Date) => line += " a date",
                None => {}
            }
            lines += &line;
            lines += "\n";
        }
        self.out += &lines;
    }

    fn scopes(&mut self, marks: &[usize]) {
        for (number, at) in marks.iter().enumerate() {
            let names = self.model.names_in_scope(u32::try_from(*at).unwrap());
            let row = names.row.map_or("no row".to_owned(), |row| Self::rows_of(row));
            let right =
                names.right.map_or(String::new(), |right| format!(", $right {}", Self::rows_of(right)));
            let variables: Vec<&str> = names.variables.iter().map(|variable| &*variable.name).collect();
            let variables = if variables.is_empty() { "none".to_owned() } else { variables.join(", ") };
            writeln!(self.out, "in scope at mark {}: {row}{right}; variables {variables}", number + 1)
                .unwrap();
        }
    }
}

/// The marks of a case, and its text without them.
fn unmarked(case: &str) -> (String, Vec<usize>) {
    let mut marks = Vec::new();
    let mut text = String::new();
    for part in case.split('¦') {
        text += part;
        marks.push(text.len());
    }
    marks.pop();
    (text, marks)
}

fn page(case: &str) -> String {
    let (text, marks) = unmarked(case);
    let parsed = parse(&text);
    assert!(parsed.errors.is_empty(), "{text}: {:?}", parsed.errors);
    let catalog = Sample(CatalogId::fresh());
    let model = analyze(&text, &parsed, &catalog, &[]);
    let plain = bind(&text, &parsed, &catalog, &[]);
    assert_eq!((&plain.findings, &plain.result), (&model.findings, &model.result), "{text}");
    assert_eq!((plain.level(), model.level()), (Level::Check, Level::Full));
    let mut page = Page { text: &text, parse: parsed, model, out: format!("{}\n\n", case.trim()) };
    for finding in &page.model.findings {
        let line = format!("finding at {}: {}\n", page.at(finding.span), finding.message);
        page.out += &line;
    }
    page.names();
    page.declarations();
    page.operators();
    page.expressions();
    page.scopes(&marks);
    page.out
}

#[test]
fn models_of_small_queries() {
    let cases = include_str!("cases.kql");
    let mut count = 0;
    for case in cases.split("// case: ").skip(1) {
        let (name, query) = case.split_once('\n').unwrap();
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name.trim(), page(query.trim()));
        });
        count += 1;
    }
    assert!(count >= 20, "there are {count} cases");
}

/// The places that name the same as what stands between the guillemets, in brackets themselves.
fn references(case: &str) -> String {
    let at = u32::try_from(case.find('«').unwrap()).unwrap();
    let text = case.replace(['«', '»'], "");
    let parsed = parse(&text);
    let model = analyze(&text, &parsed, &Sample(CatalogId::fresh()), &[]);
    let symbol = model.occurrence_at(at).map(|occurrence| occurrence.symbol.clone()).unwrap();
    let mut out = text.clone();
    let places: Vec<Span> = model.references(&symbol).map(|occurrence| occurrence.span).collect();
    for span in places.iter().rev() {
        out.replace_range(span.range(), &format!("[{}]", &text[span.range()]));
    }
    out
}

#[test]
fn references_to_a_symbol_are_found() {
    for (case, expected) in [
        (
            "let «n» = 1; Events | take n | where Size > n",
            "let [n] = 1; Events | take [n] | where Size > [n]",
        ),
        (
            "let n = 1; let f = (n: long) { Events | where Size > «n» }; f(n)",
            "let n = 1; let f = ([n]: long) { Events | where Size > [n] }; f(n)",
        ),
        (
            "Events | extend «Big» = Size > 1 | where Big | project-rename B = Big | where B",
            "Events | extend [Big] = Size > 1 | where [Big] | project-rename B = [Big] | where B",
        ),
        (
            "Events | extend A = 1 | extend A = «A» + 1 | where A > 1",
            "Events | extend [A] = 1 | extend A = [A] + 1 | where A > 1",
        ),
        (
            "let f = (t: (Size: long)) { t | extend «Big» = Size | where Big > 1 }; Events | invoke f() | where Big > 2",
            "let f = (t: (Size: long)) { t | extend [Big] = Size | where [Big] > 1 }; Events | invoke f() | where [Big] > 2",
        ),
        (
            "Events | extend «K» = Host | join (Hosts | extend K = Host) on K | project K, K1",
            "Events | extend [K] = Host | join (Hosts | extend K = Host) on [K] | project [K], K1",
        ),
    ] {
        assert_eq!(references(case), expected, "{case}");
    }
}

#[test]
fn sources_are_followed_through_renames_copies_and_unions() {
    let text = "union (Events | project-rename A = Host), (Hosts | project A = Owner) | project B = A";
    let parsed = parse(text);
    let model = analyze(text, &parsed, &Sample(CatalogId::fresh()), &[]);
    let result = model.result.clone().unwrap();
    let name = |id: &ColumnId| {
        let column = model.column(*id).unwrap();
        (column.name.to_string(), format!("{:?}", column.origin))
    };
    let sources: Vec<_> = model.sources(result.columns.first().unwrap().id).iter().map(name).collect();
    assert_eq!(
        sources,
        [
            ("Host".to_owned(), "Table(\"Events\")".to_owned()),
            ("Owner".to_owned(), "Table(\"Hosts\")".to_owned())
        ]
    );
}

#[test]
fn a_model_is_owned_and_goes_between_threads() {
    fn sent<T: Send + Sync + 'static>(_: &T) {}
    let model = {
        let text = String::from("Events | where Size > 1");
        analyze(&text, &parse(&text), &Sample(CatalogId::fresh()), &[])
    };
    sent(&model);
    let columns = std::thread::spawn(move || model.result.map_or(0, |rows| rows.columns.len())).join();
    assert_eq!(columns.unwrap(), 4);
}

fn read_body(text: &str) -> Body {
    Body::new(text, std::sync::Arc::new(crate::kql::parse(text)))
}
