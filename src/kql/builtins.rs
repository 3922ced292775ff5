//! The functions, aggregates and plug-ins of the language, with their signatures.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::types::Scalar;

/// What an argument has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Takes {
    /// One of these types, or what can be promoted to one.
    These(Vec<Scalar>),
    /// A class of types, by its name in the facts: `Scalar`, `Number`, `Summable`, ...
    Class(&'static str),
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Param {
    /// The name.
    pub name: &'static str,
    /// What its arguments have to be.
    pub takes: Takes,
    /// What its arguments may look like: `Constant`, `Literal`, `Column`, `StarAllowed`, ...; `-` for anything.
    pub form: &'static str,
    /// Whether it can be left out.
    pub optional: bool,
    /// The text that says that the default is wanted.
    pub indicator: Option<&'static str>,
    /// How often it may be repeated.
    pub repeat: (usize, usize),
    /// The texts it takes; empty when any will do.
    pub values: Vec<&'static str>,
}

/// One way to call a function.
#[derive(Clone, Debug)]
pub struct Signature {
    /// The parameters.
    pub params: Vec<Param>,
    /// `=type`, or a rule by its name in the facts: `Parameter0`, `Widest`, `Common`, ...
    pub returns: &'static str,
    /// `Repeating`, `BlockRepeating`, ...; `-` where each parameter has one argument.
    pub layout: &'static str,
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

/// A function, an aggregate, a plug-in or an operator.
#[derive(Clone, Debug)]
pub struct Builtin {
    /// `f`, `a`, `p` or `o`.
    pub family: char,
    /// The name.
    pub name: &'static str,
    /// The ways to call it.
    pub signatures: Vec<Signature>,
    /// How its column is named.
    pub naming: Naming,
    /// The prefix of its column's name.
    pub prefix: &'static str,
    /// What to use in its place, where it is obsolete; empty where nothing is named.
    pub successor: Option<&'static str>,
    /// Whether it returns a constant where all its arguments are constants.
    pub constant: bool,
}

struct Tables {
    functions: FxHashMap<&'static str, Builtin>,
    aggregates: FxHashMap<&'static str, Builtin>,
    plugins: FxHashMap<&'static str, Builtin>,
    operators: FxHashMap<&'static str, Builtin>,
}

/// The scalar function of exactly this name.
pub fn function(name: &str) -> Option<&'static Builtin> {
    TABLES.functions.get(name)
}

/// The aggregate of exactly this name.
pub fn aggregate(name: &str) -> Option<&'static Builtin> {
    TABLES.aggregates.get(name)
}

/// The plug-in of exactly this name.
pub fn plugin(name: &str) -> Option<&'static Builtin> {
    TABLES.plugins.get(name)
}

/// The operator of exactly this name: `Add`, `HasAny`, ...
pub fn operator(name: &str) -> Option<&'static Builtin> {
    TABLES.operators.get(name)
}

/// The names of all functions and aggregates.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLES.functions.keys().chain(TABLES.aggregates.keys()).copied()
}

/// The names of all plug-ins.
pub fn plugin_names() -> impl Iterator<Item = &'static str> {
    TABLES.plugins.keys().copied()
}

static TABLES: LazyLock<Tables> = LazyLock::new(read);

fn read() -> Tables {
    let mut tables = Tables {
        functions: FxHashMap::default(),
        aggregates: FxHashMap::default(),
        plugins: FxHashMap::default(),
        operators: FxHashMap::default(),
    };
    let mut current: Option<Builtin> = None;
    let mut keep = |entry: Option<Builtin>| {
        let Some(builtin) = entry else { return };
        let table = match builtin.family {
            'f' => &mut tables.functions,
            'a' => &mut tables.aggregates,
            'p' => &mut tables.plugins,
            _ => &mut tables.operators,
        };
        table.insert(builtin.name, builtin);
    };
    for line in include_str!("data/builtins.txt").lines().filter(|line| !line.starts_with('#')) {
        if let Some(signature) = line.strip_prefix('\t') {
            if let Some(builtin) = &mut current {
                builtin.signatures.extend(self::signature(signature));
            }
            continue;
        }
        keep(current.take());
        let mut words = line.split(' ');
        let mut word = || words.next().unwrap_or("-");
        let (family, name, naming, prefix, successor) = (word(), word(), word(), word(), word());
        current = Some(Builtin {
            family: family.chars().next().unwrap_or('-'),
            name,
            signatures: Vec::new(),
            naming: naming_of(naming),
            prefix,
            successor: (successor != "-").then_some(successor.trim_start_matches('?')),
            constant: word() == "constant",
        });
    }
    keep(current);
    tables
}

fn naming_of(name: &str) -> Naming {
    match name {
        "FirstArgument" => Naming::FirstArgument,
        "OnlyArgument" => Naming::OnlyArgument,
        "NameAndFirstArgument" => Naming::NameAndFirstArgument,
        "PrefixAndFirstArgument" => Naming::PrefixAndFirstArgument,
        "PrefixOnly" => Naming::PrefixOnly,
        "FirstArgumentValueIfColumn" => Naming::FirstArgumentValueIfColumn,
        _ => Naming::None,
    }
}

fn signature(line: &'static str) -> Option<Signature> {
    let mut words = line.split(' ');
    let (returns, layout) = (words.next()?, words.next()?);
    let (least, most) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some(Signature { params: words.filter_map(param).collect(), returns, layout, least, most })
}

fn param(word: &'static str) -> Option<Param> {
    let mut parts = word.splitn(7, ':');
    let (name, takes, form, optional) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let repeat = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let values = parts.next()?;
    let takes = match takes.strip_prefix('=') {
        Some(types) => Takes::These(types.split('|').filter_map(Scalar::of_fact).collect()),
        None => Takes::Class(takes),
    };
    let values = values.split('|').filter(|value| !value.is_empty()).collect();
    let indicator = (!matches!(optional, "-" | "optional")).then_some(optional);
    Some(Param { name, takes, form, optional: optional != "-", indicator, repeat, values })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_facts_are_read_whole() {
        let text = include_str!("data/builtins.txt");
        let count = |family: &str| text.lines().filter(|line| line.starts_with(family)).count();
        assert_eq!(
            (count("f "), count("a "), count("p "), count("o ")),
            (TABLES.functions.len(), TABLES.aggregates.len(), TABLES.plugins.len(), TABLES.operators.len())
        );
        let all = TABLES.functions.values().chain(TABLES.aggregates.values());
        let all = all.chain(TABLES.plugins.values()).chain(TABLES.operators.values());
        let signatures: usize = all.map(|builtin| builtin.signatures.len()).sum();
        assert_eq!(signatures, count("\t"));
        let part = function("datetime_part").unwrap();
        assert!(part.signatures[0].params[0].values.contains(&"dayofyear"));
        assert_eq!(part.signatures[0].returns, "=int");
        assert_eq!(aggregate("make_set").unwrap().prefix, "set");
        assert_eq!(function("iff").unwrap().signatures[0].params[0].takes, Takes::These(vec![Scalar::Bool]));
    }
}
