//! The types of values.

/// A scalar type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
    /// A dynamic value of which no more is known.
    Dynamic,
    /// A dynamic value that holds a value of this type.
    Boxed(Primitive),
    /// A dynamic array.
    Array(Element),
    /// A dynamic property bag.
    Bag(Shape),
    /// A type itself, as `typeof(long)` is.
    Type,
    /// Not known, because it follows from something that is not.
    Unknown,
}

/// A type that a dynamic value can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Primitive {
    Bool,
    Long,
    Real,
    DateTime,
    Timespan,
    Guid,
    String,
}

impl Primitive {
    /// The type outside the dynamic value.
    pub fn scalar(self) -> Scalar {
        match self {
            Self::Bool => Scalar::Bool,
            Self::Long => Scalar::Long,
            Self::Real => Scalar::Real,
            Self::DateTime => Scalar::DateTime,
            Self::Timespan => Scalar::Timespan,
            Self::Guid => Scalar::Guid,
            Self::String => Scalar::String,
        }
    }

    /// What a dynamic value holds that is made of a value of this type.
    pub fn of(kind: Scalar) -> Option<Self> {
        Some(match kind {
            Scalar::Bool => Self::Bool,
            Scalar::Int | Scalar::Long => Self::Long,
            Scalar::Real => Self::Real,
            Scalar::DateTime => Self::DateTime,
            Scalar::Timespan => Self::Timespan,
            Scalar::Guid => Self::Guid,
            Scalar::String => Self::String,
            Scalar::Boxed(primitive) => primitive,
            _ => return None,
        })
    }
}

/// What a dynamic array holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Element {
    /// Anything.
    Any,
    /// Values of one type.
    Of(Primitive),
    /// Arrays of anything.
    Arrays,
    /// Arrays of values of one type.
    ArraysOf(Primitive),
    /// Property bags.
    Bags,
}

/// Which members of a property bag have a type that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shape {
    /// None.
    Any,
    /// Those of `parse_url`.
    Url,
    /// Those of `parse_path`.
    Path,
    /// Those of `parse_user_agent`.
    Agent,
    /// Those of what `parse_user_agent` returns the parts of.
    AgentPart,
    /// Those of a place on a map.
    Place,
    /// Those of the principal.
    Principal,
}

impl Shape {
    /// The type of a member.
    fn member(self, name: &str) -> Scalar {
        let texts: &[&str] = match self {
            Self::Url => &["Scheme", "Host", "Port", "Path", "Username", "Password", "Fragment"],
            Self::Path => &[
                "Scheme",
                "RootPath",
                "DirectoryPath",
                "DirectoryName",
                "Filename",
                "Extension",
                "AlternateDataStreamName",
            ],
            Self::Agent if matches!(name, "Browser" | "OperatingSystem" | "Device") => {
                return Scalar::Bag(Self::AgentPart);
            }
            Self::Any | Self::Agent => &[],
            Self::AgentPart => {
                &["Family", "MajorVersion", "MinorVersion", "Patch", "PatchMinor", "Brand", "Model"]
            }
            Self::Place if name == "coordinates" => return Scalar::Array(Element::Any),
            Self::Place => &["type"],
            Self::Principal => &[
                "UserPrincipalName",
                "IdentityProvider",
                "Authority",
                "Mfa",
                "Type",
                "DisplayName",
                "ObjectId",
                "FQN",
                "Notes",
            ],
        };
        if texts.contains(&name) { Scalar::Boxed(Primitive::String) } else { Scalar::Dynamic }
    }
}

/// Which conversions may stand between a value and what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conversion {
    /// None.
    Exact,
    /// To a wider type.
    Wider,
    /// Any value to `dynamic`.
    ToDynamic,
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
            Self::Dynamic | Self::Boxed(_) | Self::Array(_) | Self::Bag(_) => "dynamic",
            Self::Type => "type",
            Self::Unknown => "unknown",
        }
    }

    /// The type in words, where dynamic values are distinguished.
    pub fn described(self) -> String {
        match self {
            Self::Boxed(inner) => format!("a `dynamic` value of type `{}`", inner.scalar().name()),
            Self::Array(_) => "a `dynamic` array".to_owned(),
            Self::Bag(_) => "a `dynamic` property bag".to_owned(),
            kind => format!("`{}`", kind.name()),
        }
    }

    /// Whether it is not known.
    pub fn unknown(self) -> bool {
        self == Self::Unknown
    }

    /// `dynamic`, whatever is known of what it holds.
    pub fn dynamic(self) -> bool {
        matches!(self, Self::Dynamic | Self::Boxed(_) | Self::Array(_) | Self::Bag(_))
    }

    /// Whether it is `dynamic` of which more is known. The engine itself only knows `dynamic`, so that what does
    /// not do for such a value may do there.
    pub(crate) fn refined(self) -> bool {
        self.dynamic() && self != Self::Dynamic
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

    /// What can be put into an order.
    pub fn orderable(self) -> bool {
        self.summable() || matches!(self, Self::Bool | Self::String)
    }

    /// What can be an index of an array.
    pub fn index(self) -> bool {
        self.integer() || matches!(self, Self::Dynamic | Self::Boxed(Primitive::Long) | Self::Unknown)
    }

    /// Whether this is the wider type of the two, as the official analyzer has it.
    fn wider_than(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Long, Self::Int)
                | (Self::Real, Self::Int | Self::Long)
                | (Self::Decimal, Self::Int | Self::Long | Self::Real)
                | (Self::String, Self::Dynamic)
                | (Self::Dynamic, Self::Array(_) | Self::Bag(_))
        )
    }

    /// Whether a value of this type may stand where `target` is asked for.
    pub fn fits(self, target: Self, conversion: Conversion) -> bool {
        if self == target || self.unknown() || target.unknown() {
            return true;
        }
        match (target, self) {
            (Self::Dynamic, source) => source.dynamic() || conversion >= Conversion::ToDynamic,
            (Self::Array(Element::Any), Self::Array(_)) | (Self::Bag(_), Self::Bag(_)) => {
                conversion != Conversion::Exact
            }
            (Self::Array(_), Self::Array(Element::Any)) => conversion == Conversion::ToDynamic,
            (Self::Boxed(Primitive::Real), Self::Boxed(Primitive::Long)) => conversion == Conversion::Wider,
            (target, source) => conversion == Conversion::Wider && target.wider_than(source),
        }
    }

    /// The wider of two numbers.
    #[must_use]
    pub fn wider(self, other: Self) -> Self {
        if other.wider_than(self) { other } else { self }
    }

    /// `long` for `int`, and any other type as it is.
    #[must_use]
    pub fn promoted(self) -> Self {
        if self == Self::Int { Self::Long } else { self }
    }

    /// The type of a dynamic value that is made of a value of this type.
    #[must_use]
    pub(crate) fn boxed(self) -> Self {
        if self.dynamic() {
            return self;
        }
        Primitive::of(self).map_or(Self::Dynamic, Self::Boxed)
    }

    /// The type that a dynamic value holds.
    #[must_use]
    pub(crate) fn unboxed(self) -> Self {
        match self {
            Self::Boxed(inner) => inner.scalar(),
            kind => kind,
        }
    }

    /// The type of an array of such values.
    #[must_use]
    pub fn array(self) -> Self {
        Self::Array(match self {
            Self::Array(Element::Of(inner)) => Element::ArraysOf(inner),
            Self::Array(_) => Element::Arrays,
            Self::Bag(_) => Element::Bags,
            kind => Primitive::of(kind).map_or(Element::Any, Element::Of),
        })
    }

    /// The type of an element of a dynamic value; `None` where it has none.
    pub fn element(self) -> Option<Self> {
        Some(match self {
            Self::Dynamic | Self::Array(Element::Any) => Self::Dynamic,
            Self::Array(Element::Of(inner)) => Self::Boxed(inner),
            Self::Array(Element::Arrays) => Self::Array(Element::Any),
            Self::Array(Element::ArraysOf(inner)) => Self::Array(Element::Of(inner)),
            Self::Array(Element::Bags) => Self::Bag(Shape::Any),
            _ => return None,
        })
    }

    /// The type of a member of a dynamic value.
    #[must_use]
    pub fn member(self, name: &str) -> Self {
        match self {
            Self::Bag(shape) => shape.member(name),
            _ => Self::Dynamic,
        }
    }

    /// The type that both can be taken for; `None` where there is none.
    pub fn common(self, other: Self, conversion: Conversion) -> Option<Self> {
        if self == other {
            return Some(self);
        }
        let wider = conversion >= Conversion::Wider;
        Some(match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Dynamic, _) | (_, Self::Dynamic) => Self::Dynamic,
            (a, b) if wider && b.wider_than(a) => b,
            (a, b) if wider && a.wider_than(b) => a,
            (Self::Array(_), Self::Array(_)) => Self::Array(Element::Any),
            (Self::Bag(_), Self::Bag(_)) => Self::Bag(Shape::Any),
            (Self::Boxed(a), b) | (b, Self::Boxed(a)) => {
                let inner =
                    a.scalar().common(b.unboxed(), conversion).filter(|_| !b.dynamic() || b != b.unboxed());
                match inner {
                    Some(inner) => inner.boxed(),
                    None if b.dynamic() || conversion >= Conversion::ToDynamic => Self::Dynamic,
                    None => return None,
                }
            }
            (a, b) if a.dynamic() && b.dynamic() => Self::Dynamic,
            _ if conversion >= Conversion::ToDynamic => Self::Dynamic,
            _ => return None,
        })
    }

    /// The type that all of some can be taken for; `None` where there is none, or where there are none.
    pub(crate) fn common_of(kinds: impl IntoIterator<Item = Self>, conversion: Conversion) -> Option<Self> {
        let mut kinds = kinds.into_iter();
        let first = kinds.next()?;
        kinds.try_fold(first, |common, kind| common.common(kind, conversion))
    }
}
