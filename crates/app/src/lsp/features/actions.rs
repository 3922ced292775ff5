//! Code actions: the fixes of findings, comments that suppress them, and changes that no finding asks for.

use std::rc::Rc;
use std::sync::Arc;

use gen_lsp_types::{CodeAction, CodeActionKind, CodeActionParams};
use serde_json::Value;

use super::super::answers::{Answer, Answers, params};
use super::super::asked::Read;
use super::super::checks::Checked;
use super::super::client::Json;
use super::super::position::Places;
use super::super::{checks, diagnostics, edits, world};
use crate::check::fix_all;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::editor::{content, minimal, query};
use crate::source::{Edit, Span};
use crate::suppress;
use crate::workspace::Workspace;

/// The reason that a comment has until its author writes another one.
const REASON: &str = "TODO: say why";

/// What fixes all that can be fixed safely.
const FIX_ALL: &str = "source.fixAll.sentlint";

pub(in crate::lsp) fn actions(answers: &mut Answers<'_>, value: Value) -> Answer {
    let params: CodeActionParams = params(value)?;
    let read = answers.read()?;
    let span = answers.shared.client.can.encoding.span(read.source(), params.range);
    let only: Option<Vec<String>> =
        params.context.only.map(|kinds| kinds.into_iter().map(String::from).collect());
    // A kind stands for those below it.
    let wants = |kind: &str| {
        only.as_ref().is_none_or(|only| {
            only.iter().any(|one| {
                one.is_empty()
                    || kind == one
                    || kind.strip_prefix(one.as_str()).is_some_and(|rest| rest.starts_with('.'))
            })
        })
    };
    let mut found = Vec::new();
    let checked = findings(answers, &read);
    if let Some(checked) = &checked {
        if wants("quickfix") {
            fixes(answers, &read, checked, span, &mut found);
        }
        if wants(FIX_ALL) {
            found.extend(all_fixes(answers, &read, checked));
        }
    }
    for change in content::changes(&read.content, &read.settings, &mut |work| read.with_view(work), span) {
        let kind = if change.is_fix { "quickfix" } else { "refactor.rewrite" };
        if wants(kind) {
            found.push(action(answers, &read, change.title, kind, change.edits));
        }
    }
    if let Some((held, at)) = read.query_at(span.start as usize) {
        if wants("refactor.extract")
            && let Some(part) = held.part(read.source(), span).filter(|part| !part.is_empty())
            && let Some(extracted) = read.ask(held, |asked| query::extract_let(asked, part))
            && let Some(edits) = held.edits(&extracted.edits)
        {
            let title = format!("Extract into `let {}`", extracted.name);
            found.push(action(answers, &read, title, "refactor.extract", edits));
        }
        if wants("refactor.inline")
            && let Some(edits) = read.ask(held, |asked| query::inline_let(asked, at))
            && let Some(edits) = held.edits(&edits)
        {
            found.push(action(answers, &read, "Inline `let`".into(), "refactor.inline", edits));
        }
    }
    Ok(Json::of(&found))
}

/// What was found in the document as it is: what is known, or what a check finds now.
fn findings(answers: &mut Answers<'_>, read: &Read) -> Option<Arc<Checked>> {
    let shared = answers.shared;
    if read.document.is_config() {
        return None;
    }
    shared.checks.result(&read.document).or_else(|| {
        let stopped = Arc::default();
        checks::checked(shared, &read.world, &read.document, &stopped, None, &mut answers.roots).map(Arc::new)
    })
}

fn action(
    answers: &Answers<'_>,
    read: &Rc<Read>,
    title: String,
    kind: &'static str,
    edits: Vec<Edit>,
) -> CodeAction {
    CodeAction {
        title,
        kind: Some(CodeActionKind::from(kind)),
        edit: Some(edits::workspace(answers.shared, vec![(Rc::clone(read), edits)])),
        ..CodeAction::default()
    }
}

/// The fixes of the findings at a place, and comments that suppress them.
fn fixes(answers: &Answers<'_>, read: &Rc<Read>, checked: &Checked, span: Span, found: &mut Vec<CodeAction>) {
    let Some(report) = &checked.report else { return };
    let encoding = answers.shared.client.can.encoding;
    let touches =
        |one: &&Diagnostic| one.counts() && one.span.start <= span.end && span.start <= one.span.end;
    let here: Vec<&Diagnostic> = report.diagnostics.iter().filter(touches).collect();
    let mut places = Places::new(read.source(), encoding);
    let mut of =
        |one: &Diagnostic| diagnostics::of(one, &read.document.uri, &mut places, &read.world, encoding);
    for one in &here {
        let Some(fix) = one.fix.as_ref().filter(|_| read.source().is_writable()) else { continue };
        let mut action = action(answers, read, fix.title.clone(), "quickfix", fix.edits().to_vec());
        action.is_preferred = (fix.applicability == Applicability::Safe).then_some(true);
        action.diagnostics = Some(vec![of(one)]);
        found.push(action);
    }
    let mut rules: Vec<&str> = Vec::new();
    for one in here {
        if rules.contains(&one.rule.id) || matches!(one.rule.id, "unused-suppression" | "unknown-suppression")
        {
            continue;
        }
        rules.push(one.rule.id);
        let Some((text, _)) = suppress::add(&report.source, std::iter::once(one), REASON) else { continue };
        let edits = minimal::edits(read.source().text(), &text);
        let mut action = action(answers, read, format!("Suppress {} here", one.rule.id), "quickfix", edits);
        action.diagnostics = Some(vec![of(one)]);
        found.push(action);
    }
}

/// All safe fixes at once, round after round as `sentlint check --fix` applies them.
fn all_fixes(answers: &mut Answers<'_>, read: &Rc<Read>, checked: &Checked) -> Option<CodeAction> {
    let report = checked.report.as_ref()?;
    let is_safe = |one: &Diagnostic| {
        one.counts() && one.fix.as_ref().is_some_and(|fix| fix.applicability == Applicability::Safe)
    };
    if !report.diagnostics.iter().any(is_safe) {
        return None;
    }
    let mut settings = read.settings.as_ref().clone();
    let mut both = Workspace::clone(&settings.workspace);
    both.merge(Workspace::clone(&read.world.parsers));
    settings.workspace = Arc::new(both);
    let mut jobs = [world::job(&read.document, &mut answers.roots)];
    let (_, fixes) = fix_all(&mut jobs, &[Arc::new(settings)], Applicability::Safe);
    let fixed = fixes.changed.into_values().next()?;
    let edits = minimal::edits(read.source().text(), fixed.after.text());
    let mut action =
        action(answers, read, "Fix all problems that can be fixed safely".into(), FIX_ALL, edits);
    action.kind = Some(CodeActionKind::from(FIX_ALL));
    Some(action)
}
