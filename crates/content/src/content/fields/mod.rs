//! The content format, once: every key with its type, the kinds that have it and need it, what it becomes when deployed,
//! and which rule speaks for a value that is not as it should be.
//!
//! A [`Format`] is the table of one kind. The JSON Schemas ([`json_schema`]), the keys of the first column, the advice on
//! missing keys and the owners of violations all come out of it. A new key is one [`Field`] in a table; a new kind is a
//! table of its own beside `template`.

use super::kind::Kind;

mod fit;
pub mod json_schema;
mod meant;
mod owner;
mod parts;
mod sets;
mod template;

pub use fit::surely_fits;
pub use meant::meant;
pub use owner::Owner;
pub use sets::{Kinds, Resources};
pub use template::{ROOT_KEYS, SCHEDULE_KEYS, template_keys};

/// What a string must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Anything.
    Free,
    /// At least one character.
    Filled,
    /// At least one character that is more than white space.
    NotBlank,
    /// A GUID with hyphens.
    Guid,
    /// Three whole numbers with periods.
    Version,
    /// A duration: `5m`, `PT5H`, `05:00:00`.
    Duration,
    /// A technique or sub-technique of ATT&CK.
    Technique,
    /// The name of a column of the query's result.
    Column,
    /// The name of a custom detail.
    DetailName,
}

/// A closed set of strings.
#[derive(Clone, Copy, Debug)]
pub enum Set {
    /// The strings themselves.
    Of(&'static [&'static str]),
    /// Strings that stand in a table of facts, in its order.
    Known(fn() -> Vec<&'static str>),
    /// The one value that the `kind` of a rule has.
    RuleKind,
}

impl Set {
    /// The strings, in the order in which they are reported; `kind` is that of the file.
    pub fn values(self, kind: Kind) -> Vec<&'static str> {
        match self {
            Self::Of(values) => values.to_vec(),
            Self::Known(values) => values(),
            Self::RuleKind => match kind {
                Kind::ScheduledRule => vec!["Scheduled"],
                Kind::NrtRule => vec!["NRT"],
                _ => Vec::new(),
            },
        }
    }
}

/// The type of a value.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// A string of a form, with a largest number of characters.
    Text(Form, Option<usize>),
    /// One of a closed set of strings.
    OneOf(Set),
    /// A whole number from the first to the second, both included.
    Integer(i64, i64),
    /// `true` or `false`.
    Boolean,
    /// A list: what its items are, and how few and how many it may have.
    List(&'static Field, Option<usize>, Option<usize>),
    /// A mapping with these keys and no others.
    Mapping(&'static [Field]),
    /// A mapping with names of the author's own: the form of a name, the values, and how many there may be.
    Names(&'static Field, &'static Field, usize),
    /// A string or a mapping of any keys.
    TextOrMapping,
    /// Anything.
    Any,
}

/// A value to begin with.
#[derive(Clone, Copy, Debug)]
pub enum Preset {
    /// A string.
    Text(&'static str),
    /// A whole number.
    Integer(i64),
    /// A boolean.
    Boolean(bool),
    /// The first of the closed set.
    First,
}

/// What a key is for: the same for every kind, or not.
#[derive(Clone, Copy, Debug)]
enum Doc {
    Same(&'static str),
    ByKind(&'static [(Kinds, &'static str)]),
}

/// A key with its value, the item of a list, or the name or the value of a mapping with free names.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The key as it is written; empty for what has none.
    pub key: &'static str,
    /// What it is called in editors.
    pub title: &'static str,
    /// What it is for, in Markdown.
    doc: Doc,
    /// The type of the value.
    pub ty: Type,
    /// Whether null is as good as leaving the key out.
    pub nullable: bool,
    /// The kinds that have the key.
    pub kinds: Kinds,
    /// The kinds that need it.
    required: Kinds,
    /// Whether templates carry the key; otherwise only rules do that were made from one.
    pub in_templates: bool,
    /// A value to begin with, for some kinds.
    preset: Option<(Kinds, Preset)>,
    /// Values to imitate.
    pub examples: &'static [&'static str],
    /// The property in ARM.
    pub arm: Option<&'static str>,
    /// The resources that have the property.
    pub resources: Resources,
    /// The help where the key is missing, as a command that begins with `Add`; `None` where the name says it all.
    pub advice: Option<&'static str>,
    /// Who says that the key is missing or has nothing in it.
    pub absent: Owner,
    /// Who speaks for a value that is not as it should be; where nobody is named, who does so for the mapping or list
    /// around it.
    owner: Option<Owner>,
    /// Who speaks for a scalar of another type.
    pub scalar: Option<Owner>,
    /// Who speaks for a list with too few items.
    pub too_few: Option<Owner>,
    /// Who says that a kind does not have the key that others have.
    stray: &'static [(Kinds, Owner)],
}

impl Field {
    /// A key that every kind of the table has and none needs.
    const fn new(key: &'static str, title: &'static str, ty: Type) -> Self {
        Self {
            key,
            title,
            doc: Doc::Same(""),
            ty,
            nullable: false,
            kinds: Kinds::ALL,
            required: Kinds::NONE,
            in_templates: true,
            preset: None,
            examples: &[],
            arm: None,
            resources: Resources::NONE,
            advice: None,
            absent: Owner::MissingKey,
            owner: None,
            scalar: None,
            too_few: None,
            stray: &[],
        }
    }

    const fn doc(mut self, doc: &'static str) -> Self {
        self.doc = Doc::Same(doc);
        self
    }

    const fn doc_by_kind(mut self, docs: &'static [(Kinds, &'static str)]) -> Self {
        self.doc = Doc::ByKind(docs);
        self
    }

    const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    const fn only_in(mut self, kinds: Kinds) -> Self {
        self.kinds = kinds;
        self
    }

    const fn required_in(mut self, kinds: Kinds) -> Self {
        self.required = kinds;
        self
    }

    const fn required(self) -> Self {
        self.required_in(Kinds::ALL)
    }

    const fn not_in_templates(mut self) -> Self {
        self.in_templates = false;
        self
    }

    const fn preset_in(mut self, kinds: Kinds, preset: Preset) -> Self {
        self.preset = Some((kinds, preset));
        self
    }

    const fn preset(self, preset: Preset) -> Self {
        self.preset_in(Kinds::ALL, preset)
    }

    const fn examples(mut self, examples: &'static [&'static str]) -> Self {
        self.examples = examples;
        self
    }

    const fn arm(mut self, property: &'static str, resources: Resources) -> Self {
        self.arm = Some(property);
        self.resources = resources;
        self
    }

    const fn advice(mut self, advice: &'static str) -> Self {
        self.advice = Some(advice);
        self
    }

    const fn absent(mut self, owner: Owner) -> Self {
        self.absent = owner;
        self
    }

    /// Names who speaks for every value that is not as it should be, other scalars included.
    const fn owner(mut self, owner: Owner) -> Self {
        self.scalar = Some(owner);
        self.value_owner(owner)
    }

    /// Names who speaks for values of the right type alone.
    const fn value_owner(mut self, owner: Owner) -> Self {
        self.owner = Some(owner);
        self
    }

    const fn scalar_owner(mut self, owner: Owner) -> Self {
        self.scalar = Some(owner);
        self
    }

    const fn too_few(mut self, owner: Owner) -> Self {
        self.too_few = Some(owner);
        self
    }

    const fn stray(mut self, owners: &'static [(Kinds, Owner)]) -> Self {
        self.stray = owners;
        self
    }

    /// Whether a kind needs the key.
    pub fn is_required(&self, kind: Kind) -> bool {
        self.required.contains(kind)
    }

    /// What the key is for, in Markdown; empty where nothing is said.
    pub fn doc_in(&self, kind: Kind) -> &'static str {
        match self.doc {
            Doc::Same(doc) => doc,
            Doc::ByKind(docs) => {
                docs.iter().find(|(kinds, _)| kinds.contains(kind)).map_or("", |(_, doc)| doc)
            }
        }
    }

    /// A value to begin with.
    pub fn default(&self, kind: Kind) -> Option<Preset> {
        self.preset.filter(|(kinds, _)| kinds.contains(kind)).map(|(_, preset)| preset)
    }

    /// Who says that a kind does not have this key.
    pub fn stray_owner(&self, kind: Kind) -> Option<Owner> {
        self.stray.iter().find(|(kinds, _)| kinds.contains(kind)).map(|(_, owner)| *owner)
    }

    /// The keys of the mapping that the value is.
    pub fn keys(&self) -> &'static [Self] {
        if let Type::Mapping(keys) = self.ty { keys } else { &[] }
    }

    /// Whether the value names a column of the query's result.
    pub fn names_column(&self) -> bool {
        matches!(self.ty, Type::Text(Form::Column, _)) || parts::COLUMN_KEYS.contains(&self.key)
    }

    /// The rules that speak for this value, or for its absence.
    pub fn owners(&self) -> impl Iterator<Item = Owner> {
        let strays = self.stray.iter().map(|(_, owner)| *owner);
        [Some(self.absent), self.owner, self.scalar, self.too_few].into_iter().flatten().chain(strays)
    }

    #[cfg(any(test, feature = "testing"))]
    fn walk(&'static self, fields: &mut Vec<&'static Self>) {
        fields.push(self);
        match self.ty {
            Type::Mapping(keys) => keys.iter().for_each(|field| field.walk(fields)),
            Type::List(item, ..) => item.walk(fields),
            Type::Names(name, value, _) => [name, value].into_iter().for_each(|field| field.walk(fields)),
            _ => {}
        }
    }

    /// What a step of a JSON Pointer leads to, from this value on.
    fn step(&self, step: &str, kind: Kind) -> Option<&'static Self> {
        match self.ty {
            Type::Mapping(keys) => find(keys, step, kind),
            Type::List(item, ..) => step.bytes().all(|byte| byte.is_ascii_digit()).then_some(item),
            Type::Names(_, value, _) => Some(value),
            _ => None,
        }
    }
}

/// A string without a key.
pub const TEXT: Field = Field::new("", "Text", Type::Text(Form::Free, None));
/// A list of strings.
pub const TEXTS: Type = Type::List(&TEXT, None, None);
const ANY: Field = Field::new("", "Any value", Type::Any);
/// A list of anything.
pub const LIST: Type = Type::List(&ANY, None, None);

/// The type of a key in the first column of hunting queries or rules; anything for other keys.
pub fn ty(key: &str) -> Type {
    Format::of(Kind::ScheduledRule)
        .and_then(|format| format.any_root(key))
        .map_or(Type::Any, |field| field.ty)
}

/// The key of this name that a kind has.
fn find(keys: &'static [Field], name: &str, kind: Kind) -> Option<&'static Field> {
    keys.iter().find(|field| field.key == name && field.kinds.contains(kind))
}

/// The format of one kind.
#[derive(Debug)]
pub struct Format {
    /// The kind.
    pub kind: Kind,
    /// What it is called in editors.
    pub title: &'static str,
    /// What it is, in a sentence or two.
    pub doc: &'static str,
    /// The keys of the first column, in the order in which the repository writes them, and those of other kinds.
    keys: &'static [Field],
}

/// A value of the format by its place.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// What belongs there.
    pub field: &'static Field,
    /// How many steps lead there; 1 for the first column.
    pub depth: usize,
    /// Who speaks for a value that is not as it should be.
    pub owner: Option<Owner>,
}

impl Format {
    /// The format of a kind; `None` for the kinds that have no table.
    pub fn of(kind: Kind) -> Option<&'static Self> {
        template::FORMATS.iter().find(|format| format.kind == kind)
    }

    /// Every format.
    pub fn all() -> &'static [Self] {
        &template::FORMATS
    }

    /// The keys of the first column that the kind has.
    pub fn root(&self) -> impl Iterator<Item = &'static Field> {
        self.keys_at("")
    }

    /// The key of the first column of this name, whether the kind has it or only others do.
    pub fn any_root(&self, key: &str) -> Option<&'static Field> {
        self.keys.iter().find(|field| field.key == key)
    }

    /// What belongs at a JSON Pointer below the document; `None` outside the format.
    pub fn at(&self, pointer: &str) -> Option<Place> {
        let mut steps = pointer.strip_prefix('/')?.split('/');
        let field = find(self.keys, steps.next()?, self.kind)?;
        let mut place = Place { field, depth: 1, owner: field.owner };
        for step in steps {
            let field = place.field.step(step, self.kind)?;
            place = Place { field, depth: place.depth + 1, owner: field.owner.or(place.owner) };
        }
        Some(place)
    }

    /// The keys that the kind has in the mapping at a pointer, the empty one being the document.
    pub(crate) fn keys_at(&self, pointer: &str) -> impl Iterator<Item = &'static Field> {
        let keys = match pointer {
            "" => self.keys,
            pointer => self.at(pointer).map(|place| place.field.keys()).unwrap_or_default(),
        };
        keys.iter().filter(|field| field.kinds.contains(self.kind))
    }

    /// The key of this name in the mapping at a pointer.
    pub fn key_at(&self, pointer: &str, key: &str) -> Option<&'static Field> {
        self.keys_at(pointer).find(|field| field.key == key)
    }

    /// Every field of the kind, each before those below it.
    #[cfg(any(test, feature = "testing"))]
    pub fn every_field(&self) -> Vec<&'static Field> {
        let mut fields = Vec::new();
        self.root().for_each(|field| field.walk(&mut fields));
        fields
    }

    /// The keys of the items of the list of mappings under a key, wherever that key stands; empty where there is none.
    pub fn item_keys(&self, list: &str) -> &'static [Field] {
        item_keys(self.keys, list).unwrap_or_default()
    }
}

fn item_keys(keys: &'static [Field], list: &str) -> Option<&'static [Field]> {
    keys.iter().find_map(|field| match field.ty {
        Type::List(item, ..) if field.key == list && !item.keys().is_empty() => Some(item.keys()),
        Type::List(item, ..) => item_keys(item.keys(), list),
        Type::Mapping(keys) => item_keys(keys, list),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
