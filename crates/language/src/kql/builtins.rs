//! The functions, aggregates and plug-ins of the language, with their signatures.

mod read;
mod table;

use super::data::builtins as texts;
use super::types::Scalar;
use crate::similar::nearest_name;
use crate::words::Words;

use table::{Lines, Table};

pub use super::data::builtins::OperatorId;

/// What an argument has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// One of these types, or what can be promoted to one.
    These(&'static [Scalar]),
    /// A type of this class.
    Class(Class),
    /// The type of the argument of this parameter, counted from zero.
    Parameter(usize),
    /// A type of this class that all parameters which say so have in common.
    Common(Class),
}

/// A class of types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Whatever there is, rows too.
    Any,
    /// Every scalar type.
    Scalar,
    /// Every scalar type; where types are to have one in common, `dynamic` does for all.
    ScalarOrDynamic,
    Number,
    NumberOrBool,
    Integer,
    IntegerOrArray,
    /// What can be added up.
    Summable,
    /// What has an order.
    Orderable,
    StringOrDynamic,
    StringOrArray,
    DynamicArray,
    DynamicBag,
    NotDynamic,
    NotBool,
    NotRealOrBool,
    /// Rows.
    Tabular,
}

/// What an argument may look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Any expression.
    Any,
    /// A call of an aggregate.
    Aggregate,
    /// A column.
    Column,
    /// A column of the table that is the first argument.
    ColumnOfFirst,
    /// A column that the rows and the table that is the first argument share.
    ColumnOfBoth,
    /// A constant.
    Constant,
    /// A literal.
    Literal,
    /// A literal, and no empty string.
    LiteralNotEmpty,
    /// Any expression, or `*`.
    StarAllowed,
    /// Only `*`.
    StarOnly,
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Param {
    /// The name.
    pub name: &'static str,
    /// What its arguments have to be.
    pub takes: Takes,
    /// What its arguments may look like.
    pub form: Form,
    /// Whether it can be left out.
    pub optional: bool,
    /// The text that says that the default is wanted.
    pub indicator: Option<&'static str>,
    /// How often it may be repeated.
    pub repeat: (usize, usize),
    /// The texts it takes; empty when any will do.
    pub values: Words,
}

/// What a call returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returns {
    /// A value of this type.
    Type(Scalar),
    /// Rows with these columns.
    Columns(&'static [(&'static str, Scalar)]),
    /// The type of the argument of this parameter, counted from zero.
    Parameter(usize),
    /// The type that the argument of this parameter names, counted from zero.
    Literal(usize),
    /// The type that the argument of the last parameter names.
    LastLiteral,
    /// An array of the type of the first argument.
    ArrayOfFirst,
    /// The type of the first argument, `int` as `long`.
    FirstPromoted,
    /// The widest of the number types of the arguments.
    Widest,
    /// The type that the arguments have in common.
    Common,
    /// The type that the arguments which are not dynamic have in common.
    CommonNotDynamic,
    /// A table, a database or another entity that the first argument names.
    Entity,
    /// By a rule of the function itself.
    Custom,
}

/// Which parameter an argument belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// The one in its place.
    Fixed,
    /// As before, and one parameter or several can be repeated.
    Repeating,
    /// As before, and all the parameters that can be repeated are repeated together.
    BlockRepeating,
    /// By a rule of the function itself.
    Custom,
}

/// One way to call a function.
#[derive(Clone, Debug)]
pub struct Signature {
    /// The parameters.
    pub params: &'static [Param],
    /// What a call returns.
    pub returns: Returns,
    /// Which parameter an argument belongs to.
    pub layout: Layout,
    /// The least number of arguments.
    pub least: usize,
    /// The greatest number of arguments.
    pub most: usize,
}

/// How the column of a call is named that has no name of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// `Column1`, or by the rule of the function itself.
    None,
    /// As the first argument.
    FirstArgument,
    /// As the only argument, and not at all when there are more.
    OnlyArgument,
    /// Function and first argument.
    NameAndFirstArgument,
    /// Prefix and first argument.
    PrefixAndFirstArgument,
    /// Prefix.
    PrefixOnly,
    /// As the column that the first argument names in quotes.
    FirstArgumentValueIfColumn,
}

/// What a built-in is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Function,
    Aggregate,
    Plugin,
    Operator,
}

/// A function, an aggregate, a plug-in or an operator.
#[derive(Debug)]
pub struct Builtin {
    /// What it is.
    pub family: Family,
    /// The name.
    pub name: &'static str,
    /// How its column is named.
    pub naming: Naming,
    /// The prefix of its column's name.
    pub prefix: &'static str,
    /// What to use in its place, where it is obsolete; empty where nothing is named.
    pub successor: Option<&'static str>,
    /// Whether it returns a constant where all its arguments are constants.
    pub constant: bool,
    /// The ways to call it.
    pub signatures: &'static [Signature],
}

/// The scalar function of exactly this name.
pub fn function(name: &str) -> Option<&'static Builtin> {
    FUNCTIONS.get(name)
}

/// The aggregate of exactly this name.
pub fn aggregate(name: &str) -> Option<&'static Builtin> {
    AGGREGATES.get(name)
}

/// All functions, for tests that try each of them.
#[cfg(any(test, feature = "testing"))]
pub fn functions() -> impl Iterator<Item = &'static Builtin> {
    FUNCTIONS.all()
}

/// All aggregates, for tests that try each of them.
#[cfg(any(test, feature = "testing"))]
pub fn aggregates() -> impl Iterator<Item = &'static Builtin> {
    AGGREGATES.all()
}

/// All functions, aggregates and plug-ins that have documentation to be found under their names.
pub fn documented() -> impl Iterator<Item = &'static Builtin> {
    let all = FUNCTIONS.all().chain(AGGREGATES.all()).chain(PLUGINS.all());
    all.filter(|builtin| !builtin.name.starts_with("__"))
}

/// The plug-in of exactly this name.
pub fn plugin(name: &str) -> Option<&'static Builtin> {
    PLUGINS.get(name)
}

/// The operator.
pub fn operator(id: OperatorId) -> &'static Builtin {
    OPERATORS.at(id as usize)
}

/// The function that a name nearly is: one that can be called there, that is an aggregate where expressions are aggregated,
/// before one that cannot, and a current one before an obsolete one.
pub fn nearest(name: &str, aggregating: bool) -> Option<&'static str> {
    let (fitting, others) = if aggregating { (&AGGREGATES, &FUNCTIONS) } else { (&FUNCTIONS, &AGGREGATES) };
    let current = fitting.names().filter(|(_, obsolete)| !obsolete).map(|(name, _)| name);
    nearest_name(name, current)
        .or_else(|| nearest_name(name, fitting.names().map(|(name, _)| name)))
        .or_else(|| nearest_name(name, others.names().map(|(name, _)| name)))
}

/// The names of all plug-ins.
pub(crate) fn plugin_names() -> impl Iterator<Item = &'static str> {
    PLUGINS.names().map(|(name, _)| name)
}

static FUNCTIONS: Table = Table::new(Family::Function, || Lines::of(texts::FUNCTIONS));
static AGGREGATES: Table = Table::new(Family::Aggregate, || Lines::of(texts::AGGREGATES));
static PLUGINS: Table = Table::new(Family::Plugin, || Lines::of(texts::PLUGINS));
static OPERATORS: Table = Table::new(Family::Operator, || Lines::of(texts::OPERATORS));

impl Form {
    /// Whether `*` does.
    pub(crate) fn takes_star(self) -> bool {
        matches!(self, Self::StarAllowed | Self::StarOnly)
    }

    /// Whether only a column does.
    pub(crate) fn is_column(self) -> bool {
        matches!(self, Self::Column) || self.looks_up()
    }

    /// Whether the column is looked for in the table that is the first argument.
    pub(crate) fn looks_up(self) -> bool {
        matches!(self, Self::ColumnOfFirst | Self::ColumnOfBoth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static ALL: [(&Table, &str); 4] = [
        (&FUNCTIONS, texts::FUNCTIONS),
        (&AGGREGATES, texts::AGGREGATES),
        (&PLUGINS, texts::PLUGINS),
        (&OPERATORS, texts::OPERATORS),
    ];

    #[test]
    fn each_built_in_is_found_by_its_name() {
        for (table, text) in ALL {
            assert!(table.names().is_sorted_by(|(one, _), (next, _)| one < next));
            assert_eq!(table.names().count(), text.lines().count());
            for (at, (name, obsolete)) in table.names().enumerate() {
                let found = table.get(name).expect(name);
                assert!(std::ptr::eq(found, table.at(at)), "{name}");
                assert_eq!((found.name, found.successor.is_some()), (name, obsolete));
                assert!(table.get(&name[1..]).is_none_or(|other| other.name == &name[1..]));
            }
            assert!(["", "no_such_name", "abs\t"].iter().all(|name| table.get(name).is_none()));
        }
    }

    #[test]
    fn each_line_is_understood() {
        for line in ALL.into_iter().flat_map(|(_, text)| text.lines()) {
            let signatures = line.splitn(5, '\t').nth(4).expect(line);
            assert!(read::signatures(signatures).is_some_and(|read| !read.is_empty()), "{line}");
        }
    }

    #[test]
    fn the_operators_are_in_their_places() {
        assert_eq!(OPERATORS.names().count(), OperatorId::UnaryPlus as usize + 1);
        assert_eq!(operator(OperatorId::Add).family, Family::Operator);
        for id in [OperatorId::Add, OperatorId::HasAny, OperatorId::NotBetween, OperatorId::UnaryPlus] {
            assert_eq!(operator(id).name, format!("{id:?}"));
        }
    }

    #[test]
    fn a_function_has_the_facts_of_its_signatures() {
        let part = function("datetime_part").unwrap();
        assert!(part.signatures[0].params[0].values.contains("dayofyear"));
        assert_eq!(part.signatures[0].returns, Returns::Type(Scalar::Int));
        assert_eq!(aggregate("make_set").unwrap().prefix, "set");
        assert_eq!(function("iff").unwrap().signatures[0].params[0].takes, Takes::These(&[Scalar::Bool]));
        assert_eq!(function("replace").unwrap().successor, Some("replace_regex"));
    }
}
