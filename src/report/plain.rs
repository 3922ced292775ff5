//! A plain report, until the real ones stand.
#![allow(clippy::all, clippy::pedantic)]
use super::*;
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Format {
    Full,
    Concise,
    Json,
    Sarif,
    Github,
    Gitlab,
    Junit,
    Azure,
    Markdown,
}
#[allow(missing_docs)]
impl Format {
    pub const ALL: [Self; 9] = [
        Self::Full,
        Self::Concise,
        Self::Json,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Azure,
        Self::Markdown,
    ];
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Azure => "azure",
            Self::Markdown => "markdown",
        }
    }
}
impl std::str::FromStr for Format {
    type Err = ();
    fn from_str(s: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|f| f.as_str() == s).ok_or(())
    }
}
#[allow(missing_docs)]
#[derive(Clone, Debug, Default)]
pub struct Style {
    pub color: bool,
    pub links: bool,
    pub width: usize,
    pub unicode: bool,
    pub summary: bool,
}
#[allow(missing_docs)]
pub fn summary_line(f: &Findings) -> String {
    format!("{:?}", f.summary())
}
#[allow(missing_docs)]
pub fn statistics(f: &Findings, _json: bool) -> String {
    let mut m = std::collections::BTreeMap::new();
    for (_, d) in f.counting() {
        *m.entry(d.rule.id).or_insert(0) += 1;
    }
    let mut v: Vec<_> = m.into_iter().collect();
    v.sort_by_key(|x| std::cmp::Reverse(x.1));
    v.iter().map(|(a, b)| format!("{b:6} {a}\n")).collect()
}
#[allow(missing_docs)]
pub fn render(format: Format, f: &Findings, _s: &Style) -> String {
    if format == Format::Json {
        let diags:Vec<_>=f.counting().map(|(file,d)|{ let p=|o:u32|{let q=file.source.position(o as usize); serde_json::json!({"offset":o,"line":q.line,"column":q.column})};
  serde_json::json!({"rule":d.rule.id,"severity":d.severity.as_str(),"message":d.message,"help":d.help,"path":file.source.path(),"range":{"start":p(d.span.start),"end":p(d.span.end)},"query_range":d.query_range.map(|(a,b)|serde_json::json!({"start":a,"end":b})),"yaml_path":d.yaml_path}) }).collect();
        return serde_json::json!({"version":1,"files":f.files.iter().map(|x|serde_json::json!({"path":x.source.path(),"kind":x.kind,"id":x.id})).collect::<Vec<_>>(),"diagnostics":diags}).to_string();
    }
    let mut o = String::new();
    for (file, d) in f.counting() {
        let q = file.source.position(d.span.start as usize);
        o += &format!(
            "{}:{}:{}: {}[{}] {}{}\n",
            file.source.path(),
            q.line,
            q.column,
            d.severity,
            d.rule.id,
            d.message,
            d.help.as_ref().map(|h| format!(" -- {h}")).unwrap_or_default()
        );
    }
    o += &summary_line(f);
    o += "\n";
    o
}
