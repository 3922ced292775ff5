//! The parameters of the call around a place.

use std::ops::Range;

use super::{Asked, completion, describe};
use crate::kql::builtins::{self, Builtin};
use crate::kql::model::{Declared, ExprType, Symbol, VariableKind};
use crate::kql::{Token, TokenKind as T};

/// The ways to call the function around a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signatures {
    /// The ways, at least one.
    pub all: Vec<Signature>,
    /// The one that fits the arguments so far.
    pub active: usize,
    /// The argument at the place, counted from zero.
    pub argument: usize,
}

/// A way to call a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// How it is written: `bin(value, roundTo): datetime`.
    pub label: String,
    /// What it does, in Markdown.
    pub documentation: Option<String>,
    /// Its parameters.
    pub params: Vec<Parameter>,
    /// The parameter that the argument at the place belongs to.
    pub active: Option<usize>,
}

/// A parameter of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The bytes of the label.
    pub label: Range<usize>,
    /// What it takes, in Markdown.
    pub documentation: Option<String>,
}

/// The signatures of the call whose parentheses are around an offset.
pub fn signatures(asked: &Asked<'_>, offset: usize) -> Option<Signatures> {
    let offset = asked.clamp(offset);
    let tokens = &asked.parsed.tokens;
    // In a string of several bytes the cursor is still in the argument that the string is.
    let end = tokens.partition_point(|token| (token.span.start as usize) < offset);
    let (name, argument) = call_around(&tokens[..end])?;
    let place = tokens[name].span;
    let written = asked.written(place);
    match asked.model.symbol(place) {
        Some(Symbol::Variable(id)) => {
            let variable = asked.model.variable(*id).filter(|one| one.kind == VariableKind::Function)?;
            let result = if variable.value == ExprType::Unknown {
                String::new()
            } else {
                describe::type_name(&variable.value)
            };
            return Some(of_declared(written, variable.params.as_deref(), &result, argument));
        }
        Some(Symbol::Function(name)) => {
            let function = asked.catalog.function(name)?;
            let result = describe::returned(&function);
            return Some(of_declared(name, function.params.as_deref(), &result, argument));
        }
        Some(Symbol::Aggregate(name)) => return of_builtin(builtins::aggregate(name)?, argument),
        Some(Symbol::PlugIn(name)) => return of_builtin(builtins::plugin(name)?, argument),
        _ => {}
    }
    let builtin = builtins::function(written)
        .or_else(|| builtins::aggregate(written))
        .or_else(|| builtins::plugin(written));
    if let Some(builtin) = builtin {
        return of_builtin(builtin, argument);
    }
    let function = asked.catalog.function(written)?;
    let result = describe::returned(&function);
    Some(of_declared(written, function.params.as_deref(), &result, argument))
}

/// The name of the call that is open at the end of the tokens, and how many arguments are before the end.
fn call_around(tokens: &[Token]) -> Option<(usize, usize)> {
    let (mut depth, mut commas) = (0_usize, 0);
    for (at, token) in tokens.iter().enumerate().rev() {
        match token.kind {
            T::CloseParen | T::CloseBracket | T::CloseBrace => depth += 1,
            T::OpenBracket | T::OpenBrace => {
                if depth == 0 {
                    // What is outside of an array or an object is the call that it is an argument of.
                    commas = 0;
                } else {
                    depth -= 1;
                }
            }
            T::OpenParen if depth > 0 => depth -= 1,
            T::OpenParen => {
                let before = at.checked_sub(1)?;
                let kind = tokens[before].kind;
                let named = kind == T::Identifier || (kind.is_keyword() && kind.can_be_name());
                if named {
                    return Some((before, commas));
                }
                // Parentheses around a value.
                commas = 0;
            }
            T::Comma if depth == 0 => commas += 1,
            T::Semicolon | T::Pipe if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// The ways to call a function of the language.
fn of_builtin(builtin: &'static Builtin, argument: usize) -> Option<Signatures> {
    let mut all = Vec::new();
    for signature in builtin.signatures {
        let written = describe::signature(builtin, signature, None);
        let params: Vec<Parameter> = written
            .params
            .into_iter()
            .zip(signature.params)
            .map(|(label, param)| Parameter {
                label,
                documentation: Some(describe::takes(param.takes)).filter(|text| !text.is_empty()),
            })
            .collect();
        let repeats = signature.params.iter().position(|param| param.repeat.1 > 1);
        let active = if argument < params.len() { Some(argument) } else { repeats };
        let documentation = completion::meaning(builtin.name).map(str::to_owned);
        all.push(Signature { label: written.label, documentation, params, active });
    }
    let fits = |at: &usize| builtin.signatures[*at].most > argument;
    let active = (0..all.len()).find(fits).unwrap_or_default();
    (!all.is_empty()).then_some(Signatures { all, active, argument })
}

/// The way to call a function of the query or the workspace.
fn of_declared(name: &str, params: Option<&[Declared]>, result: &str, argument: usize) -> Signatures {
    let written = describe::declared(name, params, result);
    let count = written.params.len();
    let params = written.params.into_iter().map(|label| Parameter { label, documentation: None }).collect();
    let active = (argument < count).then_some(argument);
    let signature = Signature { label: written.label, documentation: None, params, active };
    Signatures { all: vec![signature], active: 0, argument }
}
