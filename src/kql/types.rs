//! The types of values, columns and tables.

use std::rc::Rc;

/// A scalar type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the type of its name")]
pub enum Scalar {
    Bool,
    Int,
    Long,
    Real,
    Decimal,
    String,
    DateTime,
    Timespan,
    Guid,
    Dynamic,
    /// A type itself, as `typeof(long)` is.
    Type,
    /// Not known, because it follows from something that is not.
    Unknown,
}

impl Scalar {
    /// The type of a name or one of its aliases.
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "bool" | "boolean" => Self::Bool,
            "int" | "int32" | "uint" | "uint32" | "int8" | "uint8" | "int16" | "uint16" => Self::Int,
            "long" | "int64" | "ulong" | "uint64" => Self::Long,
            "real" | "double" | "float" | "single" => Self::Real,
            "decimal" => Self::Decimal,
            "string" => Self::String,
            "datetime" | "date" => Self::DateTime,
            "timespan" | "time" => Self::Timespan,
            "guid" | "uuid" | "uniqueid" => Self::Guid,
            "dynamic" => Self::Dynamic,
            "type" => Self::Type,
            "unknown" => Self::Unknown,
            _ => return None,
        })
    }

    /// The name of the type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Long => "long",
            Self::Real => "real",
            Self::Decimal => "decimal",
            Self::String => "string",
            Self::DateTime => "datetime",
            Self::Timespan => "timespan",
            Self::Guid => "guid",
            Self::Dynamic => "dynamic",
            Self::Type => "type",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it is not known.
    pub fn unknown(self) -> bool {
        self == Self::Unknown
    }

    /// `int` or `long`.
    pub fn integer(self) -> bool {
        matches!(self, Self::Int | Self::Long)
    }

    /// A number.
    pub fn number(self) -> bool {
        matches!(self, Self::Int | Self::Long | Self::Real | Self::Decimal)
    }

    /// What can be added up.
    pub fn summable(self) -> bool {
        self.number() || matches!(self, Self::Timespan | Self::DateTime)
    }

    /// Whether a value of this type may stand where `other` is asked for.
    pub fn promotes_to(self, other: Self) -> bool {
        match (self, other) {
            (a, b) if a == b => true,
            (Self::Int, Self::Long | Self::Real | Self::Decimal)
            | (Self::Long, Self::Real | Self::Decimal)
            | (Self::Real, Self::Decimal)
            | (Self::Dynamic, Self::String) => true,
            _ => false,
        }
    }

    /// The wider of two numbers.
    #[must_use]
    pub fn wider(self, other: Self) -> Self {
        if self.promotes_to(other) { other } else { self }
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name.
    pub name: Rc<str>,
    /// The type.
    pub kind: Scalar,
}

impl Column {
    /// A column.
    pub fn new(name: impl Into<Rc<str>>, kind: Scalar) -> Self {
        Self { name: name.into(), kind }
    }
}

/// The columns of a table or of a query's result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Relation {
    /// The columns in their order.
    pub columns: Vec<Column>,
    /// Whether there may be more than are known.
    pub open: bool,
    /// Whether the columns come from a source that may be wrong.
    pub doubtful: bool,
}

impl Relation {
    /// A relation with these columns and no others.
    pub fn closed(columns: Vec<Column>) -> Self {
        Self { columns, open: false, doubtful: false }
    }

    /// A relation of which nothing is known.
    pub fn unknown() -> Self {
        Self { columns: Vec::new(), open: true, doubtful: true }
    }

    /// The column of exactly this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| &*column.name == name)
    }

    /// The same openness and doubts with other columns.
    #[must_use]
    pub fn with(&self, columns: Vec<Column>) -> Self {
        Self { columns, open: self.open, doubtful: self.doubtful }
    }
}
