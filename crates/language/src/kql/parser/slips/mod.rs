//! Second thoughts on the errors: only the telling ones stay, and the likely slips get words and a fix.

use super::super::error::{ErrorKind, Suggestion, SyntaxError};
use super::super::token::{Token, TokenKind as T};
use super::super::work;
use crate::source::Span;

mod brackets;
mod comparisons;
mod elsewhere;
mod foreign;
mod gaps;
mod joins;
mod lists;
mod operators;
mod phrases;
mod quotes;
mod shapes;
mod statements;
mod strings;
mod typing;

/// More errors than these in one query tell nothing new.
const MOST: usize = 10;

/// So many errors are looked at to find them. Looking at one may take as long as the query is.
const MOST_SEEN: usize = 100;

/// Sorts the errors, leaves out those that follow from another, and explains the rest.
pub(super) fn explain(
    text: &str,
    tokens: &[Token],
    mut errors: Vec<SyntaxError>,
    leftover: Option<Span>,
) -> Vec<SyntaxError> {
    // At one place, the error that knows its fix goes before the others, and what is left over after them.
    errors.sort_by_key(|error| (error.span.start, error.kind == ErrorKind::Leftover, error.fix.is_none()));
    // What is left over at the end is usually there because of an earlier mistake.
    if let Some(first) = errors.first()
        && first.kind != ErrorKind::Leftover
        && leftover.is_some_and(|leftover| first.span.start <= leftover.start)
    {
        errors.retain(|error| error.kind != ErrorKind::Leftover);
    }
    errors.truncate(MOST_SEEN);
    let errors = first_of_each_place(text, quotes::unpaired(text, errors));
    let slips = Slips { text, tokens };
    let mut kept: Vec<Draft> = Vec::new();
    for error in errors {
        let covered = kept.last().is_some_and(|last| error.span.start < last.covers.end);
        if covered {
            continue;
        }
        let draft = if error.kind == ErrorKind::HtmlEntity {
            Draft { covers: error.span, error }
        } else {
            let draft = slips.explain(error);
            // Where an entity broke the query, all of them are reported as one.
            if draft.error.kind == ErrorKind::HtmlEntity {
                kept.retain(|other| other.error.kind != ErrorKind::HtmlEntity);
            }
            draft
        };
        // After a mistake, what an operator goes on with is seldom a mistake of its own.
        let follows = kept.last().is_some_and(|last| {
            // A bracket that is missing after another mistake is part of it, though it is plain where it goes.
            let closes = draft.error.message.starts_with("Expected `)` after")
                || draft.error.message == "Unterminated string";
            (draft.error.fix.is_none() || closes)
                && !slips.apart(last.error.span.start, draft.error.span.start)
        });
        if !follows {
            kept.push(draft);
        }
        if kept.len() == MOST {
            break;
        }
    }
    let mut errors: Vec<SyntaxError> = kept.into_iter().map(|draft| draft.error).collect();
    errors.sort_by_key(|error| error.span);
    // Two errors may come to one mistake.
    errors.dedup_by(|error, before| error.span == before.span && error.message == before.message);
    errors
}

/// Of the errors at one place, and of those with nothing but white space between them, the first counts.
fn first_of_each_place(text: &str, errors: Vec<SyntaxError>) -> Vec<SyntaxError> {
    let mut kept: Vec<SyntaxError> = Vec::new();
    for error in errors {
        let follows = kept.last().is_some_and(|last| {
            let (from, to) = (last.span.end as usize, error.span.start as usize);
            // Entities are read as what they stand for, and nothing follows from them.
            let own = error.kind == ErrorKind::HtmlEntity && to >= from;
            !own && (to <= from || text.get(from..to).is_some_and(|between| between.trim().is_empty()))
        });
        if !follows {
            kept.push(error);
        }
    }
    kept
}

/// An error on its way to the user.
struct Draft {
    error: SyntaxError,
    /// What was understood with it: errors in it are none of their own.
    covers: Span,
}

impl Draft {
    /// Replaces the words.
    fn say(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.error.span = span;
        self.error.message = message.into();
        self.error.help = Some(help.into());
        self.error.label = None;
        self.covers = span;
    }

    fn fix(&mut self, span: Span, text: &str) {
        let title = match (span.is_empty(), text.trim().is_empty()) {
            (true, _) => format!("Insert `{}`", text.trim()),
            (false, true) => "Remove it".to_owned(),
            (false, false) => format!("Replace with `{}`", text.trim()),
        };
        self.error.fix = Some(Suggestion { title, span, text: text.to_owned() });
        self.covers =
            Span::new(self.covers.start.min(span.start) as usize, self.covers.end.max(span.end) as usize);
    }

    /// Says in words what the fix does.
    fn title(&mut self, title: &str) {
        if let Some(fix) = &mut self.error.fix {
            title.clone_into(&mut fix.title);
        }
    }

    fn help(&mut self, help: impl Into<String>) {
        self.error.help = Some(help.into());
    }

    /// The token that was expected, where it was one.
    fn expects(&self) -> Option<&str> {
        if self.error.kind != ErrorKind::TokenExpected {
            return None;
        }
        self.error.message.strip_prefix("Expected `")?.split('`').next()
    }
}

struct Slips<'t> {
    text: &'t str,
    tokens: &'t [Token],
}

impl<'t> Slips<'t> {
    fn written(&self, index: usize) -> &'t str {
        self.tokens.get(index).map_or("", |token| &self.text[token.span.range()])
    }

    fn kind(&self, index: usize) -> T {
        work::done(1);
        self.tokens.get(index).map_or(T::EndOfText, |token| token.kind)
    }

    fn span(&self, index: usize) -> Span {
        self.tokens.get(index).map_or(Span::at(self.text.len()), |token| token.span)
    }

    /// From the beginning of one token to the end of another.
    fn over(&self, first: usize, last: usize) -> Span {
        Span::new(self.span(first).start as usize, self.span(last).end as usize)
    }

    /// The end of the token before this one.
    fn end_before(&self, at: usize) -> usize {
        at.checked_sub(1).map_or(0, |index| self.span(index).end as usize)
    }

    /// Whether the statement that ends at this semicolon is a `let`.
    fn ends_let(&self, semicolon: usize) -> bool {
        let mut before = self.tokens[..semicolon].iter().enumerate().rev();
        let start = before.find(|(_, token)| token.kind == T::Semicolon).map_or(0, |(index, _)| index + 1);
        self.kind(start) == T::Let
    }

    /// Whether no white space lies before this token.
    fn glued(&self, at: usize) -> bool {
        at > 0 && self.span(at - 1).end == self.span(at).start
    }

    /// The first token that begins at this place or after it.
    fn at(&self, place: u32) -> usize {
        let at = self.tokens.partition_point(|token| token.span.start < place);
        at.min(self.tokens.len().saturating_sub(1))
    }

    /// Whether a pipe or a semicolon lies between two places. What is said of a later error may be about an earlier place.
    fn apart(&self, from: u32, to: u32) -> bool {
        let between = self.at(from.min(to))..self.at(from.max(to));
        work::done(between.len());
        self.tokens[between].iter().any(|token| matches!(token.kind, T::Pipe | T::Semicolon))
    }

    /// The token that closes the bracket at this index.
    fn closing(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for (index, token) in self.tokens.iter().enumerate().skip(open) {
            match token.kind {
                T::OpenParen | T::OpenBracket | T::OpenBrace => depth += 1,
                T::CloseParen | T::CloseBracket | T::CloseBrace => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(index);
                    }
                }
                T::Semicolon => return None,
                _ => {}
            }
        }
        None
    }

    /// Whether a token can end an operand, so that an operator may follow it.
    fn ends_operand(&self, index: usize) -> bool {
        let kind = self.kind(index);
        kind.is_literal()
            || kind == T::Identifier
            || kind.can_be_name()
            || matches!(kind, T::CloseParen | T::CloseBracket)
    }

    fn explain(&self, error: SyntaxError) -> Draft {
        let covers = error.fix.as_ref().map_or(error.span, |fix| fix.span);
        let mut draft = Draft { error, covers };
        if draft.error.fix.is_some() {
            return draft;
        }
        // The token at the error or, where something is missing, the one after the gap.
        let at = self.at(draft.error.span.start);
        let known = self.sql(&mut draft)
            || self.from(&mut draft)
            || self.literal_call(&mut draft)
            || self.one_quote(&mut draft)
            || self.entities(&mut draft, at)
            || self.comment(&mut draft, at)
            || self.dashes(&mut draft, at)
            || self.misleading(&mut draft, at)
            || self.typographic(&mut draft, at)
            || self.doubled(&mut draft, at)
            || self.inner_quotes(&mut draft, at)
            || self.backticks(&mut draft, at)
            || self.join_kind(&mut draft, at)
            || self.join_word(&mut draft, at)
            || self.join_parenthesis(&mut draft, at)
            || self.apply_without_on(&mut draft, at)
            || self.listed_tables(&mut draft, at)
            || self.choice(&mut draft, at)
            || self.function(&mut draft, at)
            || self.literal_list(&mut draft, at)
            || self.bag_key(&mut draft, at)
            || self.query_after_let(&mut draft, at)
            || self.table_values(&mut draft, at)
            || self.semicolon_arguments(&mut draft, at)
            || self.extra_word(&mut draft, at)
            || self.bracketed_columns(&mut draft, at)
            || self.odd_name(&mut draft, at)
            || self.all_columns(&mut draft, at)
            || self.missing_equal(&mut draft, at)
            || self.name_after(&mut draft, at)
            || self.groups_first(&mut draft, at)
            || self.pattern_commas(&mut draft, at)
            || self.to_type(&mut draft, at)
            || self.part(&mut draft, at)
            || self.compound(&mut draft, at)
            || self.plugin_call(&mut draft, at)
            || self.chart_name(&mut draft, at)
            || self.chained(&mut draft, at)
            || self.bounds(&mut draft, at)
            || self.leading_and(&mut draft, at)
            || self.not_sign(&mut draft, at)
            || self.method_operator(&mut draft, at)
            || self.braced_list(&mut draft, at)
            || self.direction_first(&mut draft, at)
            || self.slashed_regex(&mut draft, at)
            || self.offset(&mut draft, at)
            || self.hyphenated(&mut draft, at)
            || self.colon_parameter(&mut draft, at)
            || self.edge(&mut draft, at)
            || self.counted(&mut draft, at)
            || self.without_on(&mut draft, at)
            || self.comma_for_pipe(&mut draft, at)
            || self.cast(&mut draft, at)
            || self.distinct(&mut draft, at)
            || self.parameter(&mut draft, at)
            || self.statement_word(&mut draft, at)
            || self.colon_equal(&mut draft, at)
            || self.type_name(&mut draft, at)
            || self.assignment(&mut draft, at)
            || self.address(&mut draft, at)
            || self.bare_string(&mut draft, at)
            || self.untyped(&mut draft, at)
            || self.in_braces(&mut draft, at)
            || self.several(&mut draft, at)
            || self.sign(&mut draft, at)
            || self.negation(&mut draft, at)
            || self.between_and(&mut draft, at)
            || self.phrase(&mut draft, at)
            || self.having(&mut draft, at)
            || self.called_operator(&mut draft, at)
            || self.prefixed_string(&mut draft, at)
            || self.foreign_word(&mut draft, at)
            || self.word(&mut draft, at)
            || self.name_after_value(&mut draft, at)
            || self.operator(&mut draft, at)
            || self.pipe(&mut draft, at)
            || self.pipe_on_line(&mut draft, at)
            || self.leading_comma(&mut draft, at)
            || self.comma_of_conditions(&mut draft, at)
            || self.no_operator(&mut draft, at)
            || self.surplus(&mut draft, at)
            || self.list(&mut draft, at)
            || self.call(&mut draft, at)
            || self.no_comparison(&mut draft, at)
            || self.two_columns(&mut draft, at)
            || self.token(&mut draft, at)
            || self.placeholder(&mut draft, at);
        if !known && draft.error.help.is_none() {
            draft.error.help = self.general(&draft.error);
        }
        draft
    }

    fn general(&self, error: &SyntaxError) -> Option<String> {
        let ends = self.text[error.span.start as usize..].trim().is_empty();
        let help = match error.kind {
            ErrorKind::MissingElement if ends => "The query is incomplete.",
            ErrorKind::Leftover => "An operator, a comma, a pipe or a semicolon may be missing before it.",
            ErrorKind::TooDeep => "Split the query with `let`.",
            _ => return None,
        };
        Some(help.to_owned())
    }
}
