//! Reads the lines of the texts of built-ins. `xtask/src/builtins.rs` writes them and tells their layout.

use super::{Builtin, Class, Family, Form, Layout, Naming, Param, Returns, Signature, Takes};
use crate::kql::types::{Element, Primitive, Scalar, Shape};
use crate::words::{Fields, Words};

/// The name in a line, and whether it is obsolete.
pub(super) fn name(line: &'static str) -> (&'static str, bool) {
    let mut fields = Fields::of(line);
    (fields.text(), fields.text().contains('o'))
}

pub(super) fn builtin(family: Family, line: &'static str) -> Builtin {
    let mut fields = line.splitn(5, '\t');
    let mut field = || fields.next().unwrap_or_default();
    let (name, traits, prefix, successor) = (field(), field(), field(), field());
    Builtin {
        family,
        name,
        naming: traits.bytes().find_map(naming).unwrap_or(Naming::None),
        prefix,
        successor: traits.contains('o').then_some(successor),
        constant: traits.contains('c'),
        signatures: signatures(field()).unwrap_or_default(),
    }
}

fn naming(letter: u8) -> Option<Naming> {
    Some(match letter {
        b'1' => Naming::FirstArgument,
        b'=' => Naming::OnlyArgument,
        b'n' => Naming::NameAndFirstArgument,
        b'p' => Naming::PrefixAndFirstArgument,
        b'x' => Naming::PrefixOnly,
        b'v' => Naming::FirstArgumentValueIfColumn,
        _ => return None,
    })
}

/// The signatures of a line, or nothing if there is a word in it that has no meaning here. They are kept as long as the
/// program runs, like the built-in itself.
pub(super) fn signatures(text: &'static str) -> Option<&'static [Signature]> {
    let mut all = Vec::with_capacity(1 + text.matches('\t').count());
    for text in text.split('\t') {
        all.push(signature(text)?);
    }
    Some(all.leak())
}

fn signature(text: &'static str) -> Option<Signature> {
    let (head, rest) = text.split_once('|').unwrap_or((text, ""));
    let mut head = Words::new(head).iter();
    let mut params = Vec::with_capacity(1 + rest.matches('|').count());
    for param in rest.split_terminator('|') {
        params.push(self::param(Words::new(param))?);
    }
    Some(Signature {
        returns: returns(head.next()?)?,
        least: head.next()?.parse().ok()?,
        most: head.next()?.parse().ok()?,
        layout: match head.next() {
            None => Layout::Fixed,
            Some("r") => Layout::Repeating,
            Some("b") => Layout::BlockRepeating,
            Some("c") => Layout::Custom,
            Some(_) => return None,
        },
        params: params.leak(),
    })
}

/// `name takes`, which is followed by the values, if not all are taken. After what is taken may stand `:` with the form, `?` or
/// `~` if it is optional, and `*` with how often it can be repeated.
fn param(words: Words) -> Option<Param> {
    let (name, rest) = words.split_first()?;
    let (code, values) = rest.split_first()?;
    let (code, repeat) = match code.split_once('*') {
        Some((code, counts)) => {
            let (least, most) = counts.split_once('-')?;
            (code, (least.parse().ok()?, most.parse().ok()?))
        }
        None => (code, (1, 1)),
    };
    let (code, indicator) = match code.strip_suffix('~') {
        Some(code) => (code, Some("~")),
        None => (code, None),
    };
    let (code, optional) = match code.strip_suffix('?') {
        Some(code) => (code, true),
        None => (code, indicator.is_some()),
    };
    let (code, form) = match code.split_once(':') {
        Some((code, form)) => (code, self::form(form)?),
        None => (code, Form::Any),
    };
    Some(Param { name, takes: takes(code)?, form, optional, indicator, repeat, values })
}

fn takes(code: &str) -> Option<Takes> {
    if let Some(types) = types(code) {
        return Some(Takes::These(types));
    }
    Some(match code.as_bytes() {
        [at @ b'0'..=b'9'] => Takes::Parameter(usize::from(at - b'0')),
        [b'&', letter] => Takes::Common(class(*letter)?),
        [letter] => Takes::Class(class(*letter)?),
        _ => return None,
    })
}

/// The lists of types that parameters take. There are few, so none is allocated.
fn types(letters: &str) -> Option<&'static [Scalar]> {
    use Scalar::{Bool, DateTime, Decimal, Dynamic, Guid, Int, Long, Real, String, Timespan, Type};
    Some(match letters {
        "b" => &[Bool],
        "d" => &[DateTime],
        "m" => &[Decimal],
        "y" => &[Dynamic],
        "g" => &[Guid],
        "i" => &[Int],
        "l" => &[Long],
        "r" => &[Real],
        "s" => &[String],
        "t" => &[Timespan],
        "k" => &[Type],
        "sy" => &[String, Dynamic],
        "dt" => &[DateTime, Timespan],
        "ilrmtd" => &[Int, Long, Real, Decimal, Timespan, DateTime],
        _ => return None,
    })
}

fn class(letter: u8) -> Option<Class> {
    Some(match letter {
        b'A' => Class::Any,
        b'S' => Class::Scalar,
        b'X' => Class::ScalarOrDynamic,
        b'N' => Class::Number,
        b'B' => Class::NumberOrBool,
        b'I' => Class::Integer,
        b'J' => Class::IntegerOrArray,
        b'U' => Class::Summable,
        b'O' => Class::Orderable,
        b'D' => Class::StringOrDynamic,
        b'R' => Class::StringOrArray,
        b'L' => Class::DynamicArray,
        b'G' => Class::DynamicBag,
        b'Y' => Class::NotDynamic,
        b'Z' => Class::NotBool,
        b'W' => Class::NotRealOrBool,
        b'T' => Class::Tabular,
        _ => return None,
    })
}

fn form(letter: &str) -> Option<Form> {
    Some(match letter {
        "a" => Form::Aggregate,
        "c" => Form::Column,
        "f" => Form::ColumnOfFirst,
        "b" => Form::ColumnOfBoth,
        "k" => Form::Constant,
        "l" => Form::Literal,
        "n" => Form::LiteralNotEmpty,
        "s" => Form::StarAllowed,
        "o" => Form::StarOnly,
        _ => return None,
    })
}

fn returns(code: &'static str) -> Option<Returns> {
    if let Some([type_]) = types(code) {
        return Some(Returns::Type(*type_));
    }
    if let Some(columns) = code.strip_prefix('(') {
        let column = |text: &'static str| {
            let (name, letters) = text.split_once(':')?;
            Some((name, *types(letters)?.first()?))
        };
        return Some(Returns::Columns(Vec::leak(columns.split(',').map(column).collect::<Option<_>>()?)));
    }
    Some(match code {
        "0" => Returns::Parameter(0),
        "1" => Returns::Parameter(1),
        "'0" => Returns::Literal(0),
        "'1" => Returns::Literal(1),
        "'n" => Returns::LastLiteral,
        "[0" => Returns::ArrayOfFirst,
        "+" => Returns::FirstPromoted,
        "W" => Returns::Widest,
        "&" => Returns::Common,
        "&Y" => Returns::CommonNotDynamic,
        "E" => Returns::Entity,
        "C" => Returns::Custom,
        _ => Returns::Type(inner_type(code)?),
    })
}

/// A dynamic value of which more is known.
fn inner_type(code: &str) -> Option<Scalar> {
    Some(match code {
        "[s" => Scalar::Array(Element::Of(Primitive::String)),
        "[r" => Scalar::Array(Element::Of(Primitive::Real)),
        "[b" => Scalar::Array(Element::Of(Primitive::Bool)),
        "[l" => Scalar::Array(Element::Of(Primitive::Long)),
        "[A" => Scalar::Array(Element::Any),
        "[[" => Scalar::Array(Element::Arrays),
        "[[s" => Scalar::Array(Element::ArraysOf(Primitive::String)),
        "{A" => Scalar::Bag(Shape::Any),
        "{agent" => Scalar::Bag(Shape::Agent),
        "{path" => Scalar::Bag(Shape::Path),
        "{place" => Scalar::Bag(Shape::Place),
        "{principal" => Scalar::Bag(Shape::Principal),
        "{url" => Scalar::Bag(Shape::Url),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_all_its_facts() {
        let line = "f\tcop\tpre\tg\ts 1 64 r|x sy:k?*1-64|y 0~ one two\t(A:s,B:l 0 0";
        let builtin = builtin(Family::Function, line);
        assert_eq!((builtin.name, builtin.prefix, builtin.successor), ("f", "pre", Some("g")));
        assert!(builtin.constant && builtin.naming == Naming::PrefixAndFirstArgument);
        let [one, other] = builtin.signatures else { panic!("{builtin:?}") };
        assert_eq!((one.returns, one.least, one.most), (Returns::Type(Scalar::String), 1, 64));
        assert_eq!(one.layout, Layout::Repeating);
        let [x, y] = one.params else { panic!("{one:?}") };
        assert_eq!(x.takes, Takes::These(&[Scalar::String, Scalar::Dynamic]));
        assert_eq!((x.form, x.optional, x.indicator, x.repeat), (Form::Constant, true, None, (1, 64)));
        assert_eq!((y.takes, y.optional, y.indicator), (Takes::Parameter(0), true, Some("~")));
        assert_eq!(y.values.to_vec(), ["one", "two"]);
        assert_eq!(other.returns, Returns::Columns(&[("A", Scalar::String), ("B", Scalar::Long)]));
    }

    #[test]
    fn unknown_words_are_not_guessed_at() {
        for text in
            ["?? 0 0", "s 0 0 q", "s 0 x", "s 1 1|x", "s 1 1|x q", "s 1 1|x s:q", "s 1 1|x s*1", "(A 0 0"]
        {
            assert!(signatures(text).is_none(), "{text}");
        }
        assert!(signatures("s 1 1|x s").is_some());
    }
}
