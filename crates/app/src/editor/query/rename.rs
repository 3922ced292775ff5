//! New names for what a query declares.

use std::collections::BTreeSet;

use super::proof::Edited;
use super::references::occurrence_at;
use super::{Asked, Edit, Span, completion};
use crate::kql::model::{ColumnOrigin, Occurrence, Symbol};
use crate::kql::types::ColumnId;
use crate::kql::{TokenKind as T, tokenize};

/// Why a name cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RenameError {
    /// There is no name at the place.
    NoName,
    /// It is not declared in this query: what it is instead.
    Outside(String),
    /// The new name cannot be written as one: why.
    Invalid(String),
    /// The new name already means something in one of the places, or the query would mean something else: what.
    Taken(String),
}

impl std::fmt::Display for RenameError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoName => f.write_str("There is no name to change here"),
            Self::Outside(text) | Self::Invalid(text) | Self::Taken(text) => f.write_str(text),
        }
    }
}

/// The longest name.
const LONGEST: usize = 200;

/// The name at an offset that can be changed.
pub fn prepare_rename(asked: &Asked<'_>, offset: usize) -> Result<Span, RenameError> {
    let occurrence = occurrence_at(asked, offset).ok_or(RenameError::NoName)?;
    places(asked, occurrence)?;
    Ok(occurrence.span)
}

/// The edits that give another name to what is named at an offset.
pub fn rename(asked: &Asked<'_>, offset: usize, name: &str) -> Result<Vec<Edit>, RenameError> {
    let occurrence = occurrence_at(asked, offset).ok_or(RenameError::NoName)?;
    let spans = places(asked, occurrence)?;
    let bare = bare_name(name)?;
    let old = plain(asked.written(occurrence.span));
    if bare == old {
        return Ok(Vec::new());
    }
    let written = completion::quoted(&bare);
    let edits: Vec<Edit> = spans.iter().map(|span| Edit::new(*span, written.clone())).collect();
    let taken = || RenameError::Taken(format!("`{bare}` already means something else where `{old}` is used"));
    let edited = Edited::new(asked, &edits).ok_or(RenameError::NoName)?;
    if !edited.has_no_new_errors(asked) {
        return Err(taken());
    }
    match edited.changed_meaning(asked) {
        None => Ok(edits),
        Some(span) => {
            let other = plain(asked.written(span));
            Err(if other.is_empty() || other == old {
                taken()
            } else {
                RenameError::Taken(format!(
                    "`{other}` would mean something else after `{old}` becomes `{bare}`"
                ))
            })
        }
    }
}

/// A name without the brackets and quotes around it.
fn plain(written: &str) -> String {
    let inside = written.strip_prefix('[').and_then(|inside| inside.strip_suffix(']'));
    match inside {
        Some(inside) => inside.trim().trim_matches(['\'', '"']).to_owned(),
        None => written.to_owned(),
    }
}

/// The name that a person asks for, where it can be one.
fn bare_name(name: &str) -> Result<String, RenameError> {
    let bare = plain(name.trim());
    let invalid = |text: &str| Err(RenameError::Invalid(text.to_owned()));
    if bare.is_empty() {
        return invalid("A name cannot be empty");
    }
    if bare.len() > LONGEST {
        return invalid("The name is too long");
    }
    if bare.chars().any(|c| c.is_control() || matches!(c, '\'' | '"' | '\\' | '*')) {
        return invalid("A name cannot contain quotes, backslashes, `*` or control characters");
    }
    let tokens = tokenize(&bare).0;
    let keyword = tokens.len() == 2 && tokens[0].kind != T::Identifier && !tokens[0].kind.can_be_name();
    if keyword && tokens[0].kind.is_keyword() {
        return Err(RenameError::Invalid(format!("`{bare}` is a keyword")));
    }
    Ok(bare)
}

/// All places of what a name means, where it is declared in this query under this name.
fn places(asked: &Asked<'_>, occurrence: &Occurrence) -> Result<Vec<Span>, RenameError> {
    let outside = |text: String| Err(RenameError::Outside(text));
    let written = plain(asked.written(occurrence.span));
    match &occurrence.symbol {
        Symbol::Variable(id) => {
            let variable = asked.model.variable(*id).ok_or(RenameError::NoName)?;
            if variable.place.is_none() {
                return outside(format!("`{written}` is a parameter that is declared outside the query"));
            }
            let all = asked.model.references(&occurrence.symbol);
            Ok(all.map(|one| one.span).collect())
        }
        Symbol::Column(id) => column_places(asked, &[*id], &written),
        Symbol::Columns(ids) => column_places(asked, ids, &written),
        Symbol::Table(_) | Symbol::Tables(_) => outside(format!("`{written}` is a table")),
        Symbol::Function(_) => outside(format!("`{written}` is a function of the workspace")),
        Symbol::Member => outside(format!("`{written}` is a member of a dynamic value")),
        Symbol::Pattern(_) => outside(format!("`{written}` means several columns")),
        Symbol::BuiltIn(_)
        | Symbol::Aggregate(_)
        | Symbol::PlugIn(_)
        | Symbol::Option { .. }
        | Symbol::OptionValue { .. }
        | Symbol::Side(_) => outside(format!("`{written}` belongs to the query language")),
        Symbol::Unresolved => Err(RenameError::NoName),
    }
}

/// The places of columns and of those that they are one with: the columns of a union have one name in all its tables,
/// and the keys of a join in both.
fn column_places(asked: &Asked<'_>, ids: &[ColumnId], name: &str) -> Result<Vec<Span>, RenameError> {
    let group = group_of(asked, ids);
    for id in &group {
        let Some(column) = asked.model.column(*id) else { continue };
        let known = match &column.origin {
            ColumnOrigin::Union(_) | ColumnOrigin::JoinCopy(_) => true,
            ColumnOrigin::Table(table) => {
                return Err(RenameError::Outside(format!("`{name}` is a column of the table `{table}`")));
            }
            ColumnOrigin::Function(function) => {
                return Err(RenameError::Outside(format!("`{name}` is a column that `{function}` returns")));
            }
            _ => column.place.is_some(),
        };
        if !known {
            return Err(RenameError::Outside(format!("`{name}` gets its name from an expression")));
        }
    }
    let mut spans: Vec<Span> = Vec::new();
    for occurrence in asked.model.occurrences() {
        let concerned = match &occurrence.symbol {
            Symbol::Column(id) => group.contains(&asked.model.first_reading(*id)),
            Symbol::Columns(ids) => ids.iter().any(|id| group.contains(&asked.model.first_reading(*id))),
            _ => false,
        };
        if concerned {
            if plain(asked.written(occurrence.span)) != name {
                return Err(RenameError::Taken(format!(
                    "`{}` depends on the name `{name}`",
                    plain(asked.written(occurrence.span))
                )));
            }
            spans.push(occurrence.span);
        }
    }
    if spans.is_empty() { Err(RenameError::NoName) } else { Ok(spans) }
}

/// The columns that have to have the same name.
fn group_of(asked: &Asked<'_>, ids: &[ColumnId]) -> BTreeSet<ColumnId> {
    let mut group: BTreeSet<ColumnId> = ids.iter().map(|id| asked.model.first_reading(*id)).collect();
    // Unions of unions are few, and a step more is needed for each.
    for _ in 0..16 {
        let before = group.len();
        let related = asked.model.columns_where(|id, column, _| match &column.origin {
            ColumnOrigin::Union(parts) => {
                group.contains(&asked.model.first_reading(id))
                    || parts.iter().any(|part| group.contains(&asked.model.first_reading(*part)))
            }
            _ => false,
        });
        for id in related.iter() {
            group.insert(asked.model.first_reading(id));
            if let Some(ColumnOrigin::Union(parts)) = asked.model.column(id).map(|column| &column.origin) {
                group.extend(parts.iter().map(|part| asked.model.first_reading(*part)));
            }
        }
        for occurrence in asked.model.occurrences() {
            if let Symbol::Columns(ids) = &occurrence.symbol
                && ids.iter().any(|id| group.contains(&asked.model.first_reading(*id)))
            {
                group.extend(ids.iter().map(|id| asked.model.first_reading(*id)));
            }
        }
        if group.len() == before {
            break;
        }
    }
    group
}
