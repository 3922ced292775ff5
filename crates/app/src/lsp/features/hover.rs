//! What is shown for a place: hover texts, and the parameters of a call.

use gen_lsp_types::{
    Hover, HoverParams, ParameterInformation, SignatureHelp, SignatureHelpParams, SignatureInformation,
};
use serde_json::Value;

use super::super::answers::{Answer, Answers, params};
use super::super::client::Json;
use super::super::position::Places;
use super::completion::markup;
use crate::editor::content::{self, ContentHover};
use crate::editor::query;

pub(crate) fn hover(answers: &mut Answers<'_>, value: Value) -> Answer {
    let at = params::<HoverParams>(value)?.text_document_position_params.position;
    let read = answers.read()?;
    let can = answers.shared.client.can;
    let offset = read.offset(at, can.encoding);
    let Some((held, at)) = read.query_at(offset) else {
        let found = if read.document.is_config() {
            content::config_hover(read.source().text(), offset)
        } else {
            read.with_view(|view| content::hover(&read.content, &read.settings, view, offset))
        };
        let Some(ContentHover { span, markdown }) = found else { return Ok(Json::null()) };
        let range = Some(Places::new(read.source(), can.encoding).range(span));
        return Ok(Json::of(&Hover { contents: markup(markdown, can.markdown).into(), range }));
    };
    let Some(found) = read.ask(held, |asked| query::hover(asked, at)) else { return Ok(Json::null()) };
    let range = held.exact(read.source(), found.span);
    let range = range.map(|span| Places::new(read.source(), can.encoding).range(span));
    Ok(Json::of(&Hover { contents: markup(found.markdown, can.markdown).into(), range }))
}

pub(crate) fn signatures(answers: &mut Answers<'_>, value: Value) -> Answer {
    let at = params::<SignatureHelpParams>(value)?.text_document_position_params.position;
    let read = answers.read()?;
    let can = answers.shared.client.can;
    let offset = read.offset(at, can.encoding);
    let Some((held, at)) = read.query_at(offset) else { return Ok(Json::null()) };
    let Some(found) = read.ask(held, |asked| query::signatures(asked, at)) else { return Ok(Json::null()) };
    let argument = found.argument as u32;
    let signature = |one: query::Signature| {
        let units = |offset: usize| can.encoding.measure(one.label.get(..offset).unwrap_or_default()) as u32;
        let parameters = one.params.iter().map(|param| ParameterInformation {
            label: (units(param.label.start), units(param.label.end)).into(),
            documentation: param.documentation.clone().map(|text| markup(text, can.markdown).into()),
        });
        SignatureInformation {
            parameters: Some(parameters.collect()),
            documentation: one.documentation.clone().map(|text| markup(text, can.markdown).into()),
            active_parameter: one.active.map(|active| active as u32).or(Some(argument)).map(Into::into),
            label: one.label,
        }
    };
    let active = found.active;
    let signatures: Vec<SignatureInformation> = found.all.into_iter().map(signature).collect();
    let active_parameter = signatures.get(active).and_then(|one| one.active_parameter);
    Ok(Json::of(&SignatureHelp { signatures, active_signature: Some(active as u32), active_parameter }))
}
