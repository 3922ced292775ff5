//! Functions that are not part of the language: the service's own, ASIM's, and parsers of published solutions.

use super::blob;
use super::data::tables::FUNCTIONS;
use super::tables::ColumnType;
use crate::similar::slip_of;

/// Where a function comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Sentinel has it in every workspace.
    Sentinel,
    /// Defender's advanced hunting has it.
    Defender,
    /// A parser of the Advanced Security Information Model.
    Asim,
    /// A parser that a solution installs.
    Solution,
}

/// What a function returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Returns {
    /// One value of this type.
    Scalar(ColumnType),
    /// Rows with the function's columns; `open` when there may be more columns than are known.
    Rows {
        /// Whether there may be more columns than are known; so always when none is.
        open: bool,
    },
    /// The rows of the table it was given, with the function's columns set or added.
    InputExtended {
        /// Whether it adds others, too.
        open: bool,
    },
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParameterKind {
    /// A value of this type.
    Scalar(ColumnType),
    /// A table: the function is meant for `invoke`.
    Table,
}

/// A declared parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Parameter {
    /// The name, by which an argument may be given.
    pub name: &'static str,
    /// What it takes.
    pub kind: ParameterKind,
    /// Whether it has a default value.
    pub optional: bool,
    /// Whether it names a column of the table that `invoke` gives, which may be written without quotes.
    pub column_name: bool,
}

const OPEN: u8 = 1;
const UNCERTAIN: u8 = 2;
const EXTENDS_INPUT: u8 = 4;
const SCALAR: u8 = 8;
const ANY_PARAMETERS: u8 = 255;
const TABULAR: u8 = 15;

/// A function; a small handle, to be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    index: usize,
}

impl Function {
    /// The name; case counts.
    pub fn name(self) -> &'static str {
        blob::string(blob::function(self.index).name)
    }

    /// Where it comes from.
    pub fn origin(self) -> Origin {
        let [_, _, _, origin, ..] = blob::function(self.index).rest;
        match origin {
            0 => Origin::Sentinel,
            1 => Origin::Defender,
            2 => Origin::Asim,
            _ => Origin::Solution,
        }
    }

    /// What it returns.
    pub fn returns(self) -> Returns {
        let [.., flags, kind] = blob::function(self.index).rest;
        if flags & SCALAR != 0 {
            return Returns::Scalar(ColumnType::from_number(kind));
        }
        if flags & EXTENDS_INPUT != 0 {
            // The documentation shows a column `SeenBy` in its examples, and lists none.
            return Returns::InputExtended { open: self.name() == "SeenBy" };
        }
        Returns::Rows { open: flags & OPEN != 0 }
    }

    /// Whether its columns were computed in spite of errors in its body, so that some may be missing or wrong.
    pub(crate) fn is_uncertain(self) -> bool {
        let [.., flags, _] = blob::function(self.index).rest;
        flags & UNCERTAIN != 0
    }

    /// Name and type of each column that it returns, or adds to its input.
    pub fn columns(self) -> impl Iterator<Item = (&'static str, ColumnType)> + Clone + use<> {
        let columns = blob::function(self.index).columns();
        columns.map(|column| (blob::string(column.name), ColumnType::from_number(column.kind)))
    }

    /// The declared parameters in order; `None` when they are not known and any arguments have to do.
    pub fn parameters(self) -> Option<impl Iterator<Item = Parameter> + Clone + use<>> {
        let [low, high, count, ..] = blob::function(self.index).rest;
        if count == ANY_PARAMETERS {
            return None;
        }
        let parameter = |stored: blob::Parameter| Parameter {
            name: blob::string(stored.name),
            kind: match stored.kind {
                TABULAR => ParameterKind::Table,
                kind => ParameterKind::Scalar(ColumnType::from_number(kind)),
            },
            optional: stored.optional,
            column_name: stored.column_name,
        };
        Some(blob::parameters(u16::from_le_bytes([low, high]), count).map(parameter))
    }
}

/// The function of exactly this name.
pub fn function(name: &str) -> Option<Function> {
    blob::find_function(name).map(|index| Function { index })
}

/// All functions, sorted by name.
pub fn functions() -> impl ExactSizeIterator<Item = Function> + Clone {
    (0..FUNCTIONS).map(|index| Function { index })
}

/// The function whose name is nearest to this text, or `None` when none is near.
pub(crate) fn nearest_function(name: &str) -> Option<Function> {
    function(slip_of(name, functions().map(Function::name))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_of_sentinel() {
        let found = function("_GetWatchlist").unwrap();
        assert_eq!((found.origin(), found.returns()), (Origin::Sentinel, Returns::Rows { open: true }));
        assert!(found.columns().any(|column| column == ("SearchKey", ColumnType::String)));
        let parameters: Vec<_> = found.parameters().unwrap().collect();
        let expected = [("watchlistAlias", ColumnType::String, false), ("keys", ColumnType::Dynamic, true)]
            .map(|(name, kind, optional)| {
                let kind = ParameterKind::Scalar(kind);
                Parameter { name, kind, optional, column_name: false }
            });
        assert_eq!(parameters, expected);
    }

    #[test]
    fn a_function_that_extends_its_input() {
        let found = function("FileProfile").unwrap();
        assert_eq!(
            (found.origin(), found.returns()),
            (Origin::Defender, Returns::InputExtended { open: false })
        );
        let parameters: Vec<_> = found.parameters().unwrap().collect();
        assert_eq!(parameters[0].kind, ParameterKind::Table);
        // `invoke FileProfile(SHA1, 1000)`: the column stands there without quotes, the number is a number.
        let bare: Vec<_> = parameters.iter().map(|parameter| parameter.column_name).collect();
        assert_eq!(bare, [false, true, false]);
        assert!(found.columns().any(|column| column == ("GlobalPrevalence", ColumnType::Int)));
    }

    #[test]
    fn parsers_and_scalars() {
        let parser = function("_Im_Dns").or_else(|| function("imDns")).unwrap();
        assert!(parser.columns().any(|(name, _)| name == "DnsQuery"));
        let unknown = function("AADUserInfo").unwrap();
        assert_eq!(unknown.returns(), Returns::Rows { open: true });
        assert!(unknown.parameters().is_none() && unknown.columns().count() == 0);
        let scalar = function("ASIM_LookupICMPType").unwrap();
        assert_eq!(scalar.returns(), Returns::Scalar(ColumnType::String));
        assert!(function("ASimDnsMicrosoftOMS").unwrap().is_uncertain());
        assert_eq!(function("filepRofile"), None);
        assert_eq!(nearest_function("FileProfil").map(Function::name), Some("FileProfile"));
    }

    #[test]
    fn rows_without_known_columns_are_open() {
        for found in functions().filter(|found| found.columns().next().is_none()) {
            assert_ne!(found.returns(), Returns::Rows { open: false }, "{}", found.name());
        }
        assert_eq!(
            functions().filter(|found| matches!(found.returns(), Returns::InputExtended { .. })).count(),
            22
        );
        assert_eq!(functions().filter(|found| matches!(found.returns(), Returns::Scalar(_))).count(), 20);
    }

    /// Every function of the facts is found with its parameters and columns, and no others are.
    #[test]
    fn the_blob_holds_what_the_facts_say() {
        let text = std::fs::read_to_string("../../xtask/facts/schemas.txt").unwrap();
        let mut all = functions();
        let mut count = 0;
        for block in text.split("\nfunction ").skip(1) {
            let (head, members) = block.split_once('\n').unwrap_or((block, ""));
            let found = all.next().unwrap();
            assert_eq!(Some(found.name()), head.split(' ').next());
            assert_eq!(found.parameters().is_none(), head.contains(" any-arguments"), "{head}");
            let members =
                || members.lines().map(|line| line.trim_start_matches('\t').split_once(' ').unwrap());
            let parameters = members().filter(|(first, _)| *first == "(").map(|(_, rest)| rest);
            let own = found.parameters().into_iter().flatten();
            assert!(
                own.map(|one| one.name).eq(parameters.map(|one| one.split(' ').nth(1).unwrap())),
                "{head}"
            );
            let columns = found.columns().map(|(name, kind)| (kind.as_str(), name));
            match members().find(|(first, _)| *first == "=") {
                Some((_, same)) => assert!(
                    columns.eq(function(same).unwrap().columns().map(|(name, kind)| (kind.as_str(), name)))
                ),
                None => assert!(columns.eq(members().filter(|(first, _)| *first != "(")), "{head}"),
            }
            count += 1;
        }
        assert!(count > 1_000 && all.next().is_none());
    }
}
