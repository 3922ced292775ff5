//! Literals, `dynamic(...)`, types and schemas.

use super::super::ast::{Column, Expr, ExprKind, Literal, Name, NameForm, Type};
use super::super::error::ErrorKind;
use super::super::text::decode_string;
use super::super::token::TokenKind as T;
use super::{List, Parser};
use crate::source::Span;

impl Parser<'_> {
    pub(super) fn word_literal(&mut self) -> Expr {
        let span = self.bump();
        self.expr(span, ExprKind::Literal(Literal::Word))
    }

    /// A string, and those right after it, which are one with it.
    pub(super) fn string(&mut self) -> Option<Expr> {
        if self.kind() != T::StringLiteral {
            return None;
        }
        let start = self.start();
        let mut text = decode_string(self.written(0));
        self.bump();
        while self.kind() == T::StringLiteral {
            text += &decode_string(self.written(0));
            self.bump();
        }
        Some(self.expr(self.since(start), ExprKind::Literal(Literal::String(text.into()))))
    }

    pub(super) fn literal(&mut self) -> Option<Expr> {
        let literal = match self.kind() {
            T::StringLiteral => return self.string(),
            T::Dynamic => return self.dynamic(),
            T::Plus | T::Minus => return self.signed_number(),
            T::TypeOf => return self.type_of(),
            T::OpenBrace => return self.client_name().map(|name| self.name_expr(name)),
            T::BooleanLiteral => Literal::Bool,
            T::LongLiteral => Literal::Long,
            T::RealLiteral => Literal::Real,
            T::DecimalLiteral => Literal::Decimal,
            T::IntLiteral => Literal::Int,
            T::GuidLiteral => Literal::Guid,
            T::RawGuidLiteral => {
                let span = self.bump();
                let message =
                    format!("A GUID literal must be written as `guid({})`", &self.text[span.range()]);
                self.error(ErrorKind::UnexpectedCharacter, span, message);
                return Some(self.expr(span, ExprKind::Literal(Literal::Guid)));
            }
            T::DateTimeLiteral => Literal::DateTime,
            T::TimespanLiteral => Literal::Timespan,
            _ => return None,
        };
        let span = self.bump();
        Some(self.expr(span, ExprKind::Literal(literal)))
    }

    fn signed_number(&mut self) -> Option<Expr> {
        let literal = match self.peek(1) {
            T::LongLiteral => Literal::Long,
            T::RealLiteral => Literal::Real,
            T::TimespanLiteral => Literal::Timespan,
            _ => return None,
        };
        if !self.glued(1) || !self.written(1).starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let start = self.start();
        self.bump();
        self.bump();
        Some(self.expr(self.since(start), ExprKind::Literal(literal)))
    }

    pub(super) fn dynamic(&mut self) -> Option<Expr> {
        if self.kind() != T::Dynamic || self.peek(1) != T::OpenParen {
            return None;
        }
        let start = self.start();
        self.bump();
        let open = self.bump();
        let value = self.json().unwrap_or_else(|| self.missing_json());
        self.close(T::CloseParen, open);
        Some(self.expr(self.since(start), ExprKind::Dynamic(Box::new(value))))
    }

    fn missing_json(&mut self) -> Expr {
        let span = self.missing("a JSON value");
        self.expr(span, ExprKind::Missing)
    }

    fn json(&mut self) -> Option<Expr> {
        match self.kind() {
            T::LongLiteral
            | T::RealLiteral
            | T::BooleanLiteral
            | T::DateTimeLiteral
            | T::TimespanLiteral
            | T::GuidLiteral
            | T::RawGuidLiteral
            | T::DecimalLiteral
            | T::StringLiteral => self.literal(),
            T::Dynamic => self.nested(Self::dynamic),
            T::Minus if matches!(self.peek(1), T::LongLiteral | T::RealLiteral) => {
                let start = self.start();
                self.bump();
                let operand = Box::new(self.literal()?);
                Some(self.expr(self.since(start), ExprKind::Unary { minus: true, operand }))
            }
            T::Null => {
                let span = self.bump();
                Some(self.expr(span, ExprKind::Literal(Literal::Null)))
            }
            T::OpenBracket => self.nested(Self::json_array),
            T::OpenBrace => {
                self.client_name().map(|name| self.name_expr(name)).or_else(|| self.nested(Self::json_object))
            }
            _ => None,
        }
    }

    fn json_array(&mut self) -> Option<Expr> {
        let start = self.start();
        let open = self.eat(T::OpenBracket)?;
        let items = self.commas(Self::json, Self::missing_json, List::closed());
        self.close(T::CloseBracket, open);
        Some(self.expr(self.since(start), ExprKind::Array(items)))
    }

    fn json_object(&mut self) -> Option<Expr> {
        let start = self.start();
        let open = self.eat(T::OpenBrace)?;
        let missing = |parser: &mut Self| {
            let span = parser.missing("a key and a value");
            (parser.expr(span, ExprKind::Missing), parser.expr(span, ExprKind::Missing))
        };
        let pairs = self.commas(Self::json_pair, missing, List::closed());
        self.close(T::CloseBrace, open);
        Some(self.expr(self.since(start), ExprKind::Object(pairs)))
    }

    fn json_pair(&mut self) -> Option<(Expr, Expr)> {
        let key = match self.kind() {
            T::StringLiteral => {
                let text = decode_string(self.written(0));
                let span = self.bump();
                self.expr(span, ExprKind::Literal(Literal::String(text.into())))
            }
            T::Colon => self.missing_as("a key in quotes"),
            _ => {
                let value = self.json()?;
                self.error(
                    ErrorKind::MissingElement,
                    Span::at(value.span.start as usize),
                    "A key of a JSON object must be a quoted string",
                );
                return Some((self.expr(value.span, ExprKind::Missing), value));
            }
        };
        self.require(T::Colon);
        let value = self.json().unwrap_or_else(|| self.missing_json());
        Some((key, value))
    }

    fn is_type(kind: T) -> bool {
        matches!(
            kind,
            T::Bool
                | T::Boolean
                | T::Date
                | T::DateTime
                | T::Decimal
                | T::Double
                | T::Dynamic
                | T::Guid
                | T::Int
                | T::Int64
                | T::Int8
                | T::Long
                | T::Real
                | T::String
                | T::Time
                | T::Timespan
                | T::UniqueId
        )
    }

    fn is_type_anywhere(kind: T) -> bool {
        Self::is_type(kind)
            || matches!(
                kind,
                T::Float
                    | T::Int16
                    | T::Int32
                    | T::UInt
                    | T::UInt16
                    | T::UInt32
                    | T::UInt64
                    | T::UInt8
                    | T::ULong
            )
    }

    /// The type of a column or a parameter. A name that is not a type is read as one, with an error.
    fn declared_type(&mut self) -> Type {
        let kind = self.kind();
        if !Self::is_type(kind) && (Self::is_type_anywhere(kind) || kind.can_be_name()) {
            let message = format!("`{}` is not a type", self.written(0));
            self.error(ErrorKind::InvalidType, self.token(0).span, message);
        }
        self.scalar_type()
    }

    /// A type's name. Names that are not types are left to the binder.
    pub(super) fn scalar_type(&mut self) -> Type {
        let kind = self.kind();
        if Self::is_type_anywhere(kind) || kind.can_be_name() {
            let text = self.written(0);
            return Type::Scalar(self.bump(), text.into());
        }
        Type::Scalar(self.missing("a type"), "".into())
    }

    pub(super) fn at_type_of(&self) -> bool {
        self.kind() == T::TypeOf && self.peek(1) == T::OpenParen
    }

    pub(super) fn type_of(&mut self) -> Option<Expr> {
        if !self.at_type_of() {
            return None;
        }
        let start = self.start();
        self.bump();
        let open = self.bump();
        let scalar = Self::is_type_anywhere(self.kind())
            || (self.kind() == T::Identifier && self.peek(1) == T::CloseParen);
        let columns = if scalar {
            let type_ = Some(self.scalar_type());
            vec![Column {
                name: Name { span: Span::at(self.before()), text: "".into(), form: NameForm::Missing },
                type_,
            }]
        } else {
            let missing = |parser: &mut Self| {
                let span = parser.missing("a type");
                Column { name: Name { span, text: "".into(), form: NameForm::Missing }, type_: None }
            };
            self.commas(Self::type_of_item, missing, List::closed())
        };
        self.close(T::CloseParen, open);
        Some(self.expr(self.since(start), ExprKind::TypeOf(columns)))
    }

    fn type_of_item(&mut self) -> Option<Column> {
        if let Some(span) = self.eat(T::Asterisk) {
            return Some(star_column(span));
        }
        self.typed_name()
    }

    /// `name: type`, where the type may be that of a table.
    pub(super) fn typed_name(&mut self) -> Option<Column> {
        let name = match self.naming() {
            Some(name) => {
                self.require(T::Colon);
                name
            }
            None if self.kind() == T::Colon => {
                let name = self.missing_name();
                self.bump();
                let type_ = Some(self.declared_type());
                return Some(Column { name, type_ });
            }
            None => return None,
        };
        let type_ = if self.kind() == T::OpenParen { self.row_type() } else { Some(self.declared_type()) };
        Some(Column { name, type_ })
    }

    /// `name` or `name: type`, as in the pattern of `parse`.
    pub(super) fn maybe_typed_name(&mut self) -> Option<Column> {
        let name = if self.kind() == T::Colon { self.missing_name() } else { self.naming()? };
        let type_ = self.eat(T::Colon).map(|_| self.declared_type());
        Some(Column { name, type_ })
    }

    fn missing_column(&mut self) -> Column {
        let span = self.missing("a name and a type");
        Column { name: Name { span, text: "".into(), form: NameForm::Missing }, type_: None }
    }

    fn row_type(&mut self) -> Option<Type> {
        let open = self.eat(T::OpenParen)?;
        if self.kind() == T::Asterisk {
            self.bump();
            self.close(T::CloseParen, open);
            return Some(Type::AnyRows);
        }
        let list = List::closed().with_trailing_comma();
        let columns = self.nested(|parser| Some(parser.commas(Self::typed_name, Self::missing_column, list)));
        self.close(T::CloseParen, open);
        Some(Type::Rows(columns.unwrap_or_default()))
    }

    /// `(name: type, ...)`
    pub(super) fn schema(&mut self) -> Vec<Column> {
        self.any_schema(false)
    }

    /// The schema of a plug-in's result, where `*` stands for the columns of the input.
    pub(super) fn plugin_schema(&mut self) -> Vec<Column> {
        self.any_schema(true)
    }

    fn any_schema(&mut self, may_have_star: bool) -> Vec<Column> {
        let Some(open) = self.eat(T::OpenParen) else {
            self.missing("columns with their types, as in `(Name: string)`");
            return Vec::new();
        };
        self.eat(T::Comma);
        let star = if may_have_star { self.eat(T::Asterisk) } else { None };
        if may_have_star {
            self.eat(T::Comma);
        }
        let list = List::closed().with_trailing_comma();
        let mut columns = self.commas(Self::typed_name, Self::missing_column, list);
        if let Some(span) = star {
            columns.insert(0, star_column(span));
        }
        self.close(T::CloseParen, open);
        columns
    }
}

fn star_column(span: Span) -> Column {
    Column { name: Name { span, text: "*".into(), form: NameForm::Wildcard }, type_: None }
}
