//! A hunting query as a saved search.

use super::arm::{Body, Resource, SavedSearch, Tag};
use super::notes::{DESCRIPTION_CUT, DESCRIPTION_LONG, VALUE_REFUSED, refuse};
use super::values::{
    description, display_name, note_dropped, required, resource_id, tactic_names, technique_ids,
};
use super::{LongDescription, Options, Refusal};
use crate::content::fields::Resources;
use crate::content::model::Common;
use crate::diagnostic::Diagnostic;
use crate::knowledge::limits;

pub(super) fn saved_search(
    common: &Common<'_>,
    options: &Options,
    notes: &mut Vec<Diagnostic>,
) -> Result<Resource, Refusal> {
    let id = resource_id(common, notes)?;
    let display_name = display_name(common, options.name_prefix.as_deref().unwrap_or_default())?;
    let query = required(common, common.query, "query")?;
    let mut tags = Vec::new();
    if let Some(text) = common.description.filter(|text| !description(text.value).is_empty()) {
        let mut value = description(text.value);
        if value.chars().count() > limits::HUNTING_DESCRIPTION_TAG {
            let most = limits::HUNTING_DESCRIPTION_TAG;
            notes.push(match options.long_description {
                LongDescription::Keep => DESCRIPTION_LONG.at(
                    text.span(),
                    format!(
                        "The description is longer than {most} characters, the limit of a saved search's tag"
                    ),
                ),
                LongDescription::Error => {
                    let message = format!(
                        "The description has {} characters; the tag of a saved search can have at most {most}",
                        value.chars().count()
                    );
                    let help = "Shorten it, or use `--long-description truncate`.";
                    return Err(refuse(&VALUE_REFUSED, text.span(), message, help));
                }
                LongDescription::Truncate => {
                    value = shorten(&value, most);
                    let message = format!(
                        "The description is truncated to {most} characters, the limit of a saved search's tag"
                    );
                    DESCRIPTION_CUT.at(text.span(), message)
                }
            });
        }
        tags.push(Tag { name: "description", value });
    }
    let mut push = |name, values: Vec<String>| {
        if !values.is_empty() {
            tags.push(Tag { name, value: values.join(",") });
        }
    };
    push("tactics", tactic_names(&common.tactics, notes));
    push("techniques", technique_ids(&common.techniques));
    let resource = if options.for_solution { Resources::SEARCH_TEMPLATE } else { Resources::SAVED_SEARCH };
    note_dropped(common, resource, notes);
    Ok(Resource {
        id: id.trim().to_owned(),
        api_version: limits::SAVED_SEARCHES_API_NEWEST.to_owned(),
        body: Body::SavedSearch(SavedSearch {
            e_tag: "*",
            display_name,
            category: "Hunting Queries",
            query: query.to_owned(),
            version: 2,
            tags,
        }),
    })
}

/// At most so many characters, cut between words where that loses little.
fn shorten(text: &str, most: usize) -> String {
    let end = text.char_indices().nth(most - 3).map_or(text.len(), |(at, _)| at);
    let cut = text[..end].rfind(char::is_whitespace).filter(|at| *at > end / 2).unwrap_or(end);
    format!("{}...", text[..cut].trim_end())
}
