//! Text of people, which may be written in Markdown, as HTML. What they write is never obeyed: HTML is shown as text, and
//! links go to web pages only.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};
use serde::Serialize;

/// A part of a file of notes, under its heading.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Section {
    pub(super) title: String,
    /// As it is written.
    pub(super) text: String,
    pub(super) html: String,
}

/// The parts of a file of notes. What stands before the first heading is a part without a title.
pub(super) fn sections(text: &str) -> Vec<Section> {
    let mut found: Vec<(String, String)> = vec![(String::new(), String::new())];
    let mut fence = false;
    for line in text.trim_start_matches('\u{feff}').lines() {
        fence ^= line.trim_start().starts_with("```");
        let heading = line.strip_prefix("# ").or_else(|| line.strip_prefix("## ")).filter(|_| !fence);
        if let Some(title) = heading {
            found.push((title.trim().trim_end_matches('#').trim().to_owned(), String::new()));
        } else if let Some((_, body)) = found.last_mut() {
            body.push_str(line);
            body.push('\n');
        }
    }
    let parts = found.into_iter().filter(|(title, text)| !(title.is_empty() && text.trim().is_empty()));
    parts.map(|(title, text)| Section { title, html: to_html(&text), text: text.trim().to_owned() }).collect()
}

/// Markdown as HTML.
pub(super) fn to_html(text: &str) -> String {
    let mut open = Vec::new();
    let events =
        Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).filter_map(|event| {
            Some(match event {
                Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
                // A page has one heading of the first level.
                Event::Start(Tag::Heading { .. }) => Event::Start(Tag::Paragraph),
                Event::End(TagEnd::Heading(_)) => Event::End(TagEnd::Paragraph),
                // A picture would be loaded from elsewhere.
                Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => return None,
                Event::Start(Tag::Link { dest_url, title, link_type, id }) => {
                    let is_page = dest_url.starts_with("https://") || dest_url.starts_with("http://");
                    open.push(is_page);
                    if !is_page {
                        return None;
                    }
                    Event::Start(Tag::Link { dest_url, title, link_type, id })
                }
                Event::End(TagEnd::Link) => {
                    if !open.pop().unwrap_or_default() {
                        return None;
                    }
                    Event::End(TagEnd::Link)
                }
                other => other,
            })
        });
    let mut out = String::new();
    html::push_html(&mut out, events);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_not_obeyed() {
        let html = to_html(
            "[a](javascript:b) [c](https://d.example) ![e](https://f/g.png)\n\n<script>x</script> [i](https://j.example)\n\n# h\n\n<img src=x onerror=y>",
        );
        assert!(
            !html.contains("<script")
                && !html.contains("javascript")
                && !html.contains("<img")
                && !html.contains("<h1"),
            "{html}"
        );
        assert!(
            html.contains("<a href=\"https://d.example\">c</a>") && html.contains("&lt;script&gt;"),
            "{html}"
        );
    }

    #[test]
    fn notes_have_sections() {
        let found =
            sections("before\n# Hunt hypothesis\nText\n```\n# not a heading\n```\n## References ##\n- x\n");
        let titles: Vec<&str> = found.iter().map(|one| &*one.title).collect();
        assert_eq!(titles, ["", "Hunt hypothesis", "References"]);
        assert!(found[1].html.contains("# not a heading"));
    }
}
