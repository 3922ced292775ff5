//! What a solution is, its content aside: names, people, categories. Read from a file of our own, or from the two
//! files that solutions have upstream, `Data/Solution_NAME.json` and `SolutionMetadata.json`.

use serde_json::{Map, Value};

/// The facts of a solution.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The display name.
    pub name: String,
    /// `a.b.c`.
    pub version: String,
    /// The publisher's id in the marketplace.
    pub publisher_id: String,
    /// The offer's id in the marketplace.
    pub offer_id: String,
    /// Who made it.
    pub author: String,
    /// How to reach the author.
    pub email: Option<String>,
    /// What it is, as text of several paragraphs or as HTML.
    pub description: String,
    /// The logo, as HTML.
    pub logo: Option<String>,
    /// Who helps: name, email, tier, link.
    pub support: Map<String, Value>,
    /// Whose products it is about.
    pub providers: Vec<String>,
    /// The domains of its categories.
    pub domains: Vec<String>,
    /// The verticals of its categories.
    pub verticals: Vec<String>,
    /// When it was published first.
    pub first_published: Option<String>,
    /// When it was published last.
    pub last_published: Option<String>,
    /// The ids of solutions that it builds upon.
    pub depends_on: Vec<String>,
    /// The content files in their order, as upstream's data file lists them.
    pub files: Vec<String>,
}

/// The keys that are read.
const KNOWN: [&str; 18] = [
    "name",
    "version",
    "publisher-id",
    "offer-id",
    "author",
    "email",
    "description",
    "logo",
    "support",
    "providers",
    "categories",
    "first-publish-date",
    "last-publish-date",
    "dependent-domain-solution-ids",
    "analytic-rules",
    "hunting-queries",
    "metadata",
    "base-path",
];

/// Keys of upstream's files that concern content which sentlint does not convert, or the tool itself.
const PASSED_OVER: [&str; 12] = [
    "templatespec",
    "is1pconnector",
    "staticdataconnectorids",
    "stepstodeploy",
    "workbooks",
    "playbooks",
    "parsers",
    "dataconnectors",
    "watchlists",
    "savedsearches",
    "summaryrules",
    "plan",
];

/// A mapping with keys compared without regard to case, blanks, dashes and underscores: `publisherId` upstream,
/// `publisher-id` here.
struct Keys<'a>(&'a Map<String, Value>);

fn bare(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}

impl Keys<'_> {
    fn get(&self, key: &str) -> Option<&Value> {
        let wanted = bare(key);
        self.0.iter().find(|(name, _)| bare(name) == wanted).map(|(_, value)| value)
    }

    fn text(&self, key: &str) -> Option<String> {
        let text = match self.get(key)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            // How the reader of TOML hands on a date.
            Value::Object(map) => map.values().next()?.as_str()?.to_owned(),
            _ => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    fn texts(&self, key: &str) -> Vec<String> {
        match self.get(key) {
            Some(Value::String(text)) => vec![text.clone()],
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    }
}

impl Facts {
    /// Where upstream's data file names its metadata file.
    pub fn metadata_file(value: &Value) -> Option<String> {
        Keys(value.as_object()?).text("metadata")
    }

    /// Reads the facts from files, of which earlier ones win. The error is what is wrong, each as a sentence.
    pub fn read(files: &[Value]) -> Result<Self, Vec<String>> {
        let mut all = Map::new();
        let mut wrong = Vec::new();
        for file in files {
            let Some(map) = file.as_object() else {
                return Err(vec!["The metadata of a solution must be a table of keys and values".into()]);
            };
            for (key, value) in map {
                check_key(key, &mut wrong);
                let key = bare(key);
                if !all.contains_key(&key) {
                    all.insert(key, value.clone());
                }
            }
        }
        let keys = Keys(&all);
        let (author, email) = author(&keys);
        let mut required = |key: &str, example: &str| {
            keys.text(key).unwrap_or_else(|| {
                wrong.push(format!("The key `{key}` is missing: add it, such as `{key} = \"{example}\"`"));
                String::new()
            })
        };
        let name = required("name", "Remote management tools");
        let publisher_id = required("publisher-id", "contoso");
        let author = author.unwrap_or_else(|| publisher_id.clone());
        let version = keys.text("version").unwrap_or_else(|| "3.0.0".into());
        let numbers: Vec<&str> = version.split('.').collect();
        if numbers.len() != 3 || !numbers.iter().all(|part| part.parse::<u32>().is_ok()) {
            wrong.push(format!("The version `{version}` must have the form 1.2.3"));
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let none = Map::new();
        let table = |key: &str| Keys(keys.get(key).and_then(Value::as_object).unwrap_or(&none)).0.clone();
        let (support, categories) = (table("support"), table("categories"));
        Ok(Self {
            offer_id: keys.text("offer-id").unwrap_or_else(|| offer(&name)),
            support: support_of(&Keys(&support), &author, email.as_deref()),
            description: keys.text("description").unwrap_or_else(|| name.clone()),
            logo: keys.text("logo"),
            providers: keys.texts("providers"),
            domains: Keys(&categories).texts("domains"),
            verticals: Keys(&categories).texts("verticals"),
            first_published: keys.text("first-publish-date"),
            last_published: keys.text("last-publish-date"),
            depends_on: keys.texts("dependent-domain-solution-ids"),
            files: [keys.texts("analytic-rules"), keys.texts("hunting-queries")].concat(),
            name,
            version,
            publisher_id,
            author,
            email,
        })
    }

    /// `publisher.offer`.
    pub(super) fn id(&self) -> String {
        format!("{}.{}", self.publisher_id, self.offer_id)
    }

    /// Where a file stands in the solution's own list; files that it does not name come last.
    pub fn place(&self, path: &str) -> usize {
        let file = |path: &str| path.replace('\\', "/").rsplit('/').next().unwrap_or_default().to_lowercase();
        let wanted = file(path);
        self.files.iter().position(|listed| file(listed) == wanted).unwrap_or(usize::MAX)
    }
}

fn check_key(key: &str, wrong: &mut Vec<String>) {
    let plain = bare(key);
    let known = KNOWN.iter().any(|known| bare(known) == plain);
    if known || PASSED_OVER.contains(&plain.as_str()) || plain.ends_with("description") {
        return;
    }
    // What resembles no key at all belongs to another tool.
    if let Some(near) = crate::similar::nearest(key, KNOWN) {
        wrong.push(format!("Unknown key `{key}` in the metadata of a solution; did you mean `{near}`?"));
    }
}

/// Upstream writes `Name - email`; here a table with both does too.
fn author(keys: &Keys<'_>) -> (Option<String>, Option<String>) {
    let email = keys.text("email");
    match keys.get("author") {
        Some(Value::Object(map)) => (Keys(map).text("name"), Keys(map).text("email").or(email)),
        _ => match keys.text("author") {
            Some(text) => match text.split_once(" - ") {
                Some((name, own)) => (Some(name.trim().to_owned()), Some(own.trim().to_owned())),
                None => (Some(text), email),
            },
            None => (None, email),
        },
    }
}

fn support_of(keys: &Keys<'_>, author: &str, email: Option<&str>) -> Map<String, Value> {
    let mut support = Map::new();
    let own: Vec<(&str, Option<String>)> =
        ["name", "email", "tier", "link"].into_iter().map(|key| (key, keys.text(key))).collect();
    let any = own.iter().any(|(_, value)| value.is_some());
    for (key, value) in own {
        let default = match key {
            "name" => Some(author.to_owned()),
            "email" if !any => email.map(str::to_owned),
            "tier" => Some("Community".to_owned()),
            _ => None,
        };
        if let Some(value) = value.or(default) {
            support.insert(key.to_owned(), Value::String(value));
        }
    }
    support
}

/// The id of an offer, as upstream forms them.
fn offer(name: &str) -> String {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("azure-sentinel-solution-{}", plain.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn two_files_of_upstream_make_one_set_of_facts() {
        let data = json!({"Name": "Relay watch", "Author": "Ada - ada@example.org", "Version": "3.0.2",
            "Description": "About relays.", "Metadata": "SolutionMetadata.json", "TemplateSpec": true,
            "Hunting Queries": ["Hunting Queries/b.yaml", "Hunting Queries\\a.yaml"]});
        let metadata = json!({"publisherId": "contoso", "offerId": "relay-watch", "firstPublishDate": "2026-01-01",
            "version": "9.9.9", "categories": {"domains": ["Security - Network"]},
            "support": {"name": "Contoso", "tier": "Partner", "email": ""}});
        assert_eq!(Facts::metadata_file(&data).as_deref(), Some("SolutionMetadata.json"));
        let facts = Facts::read(&[data, metadata]).unwrap();
        assert_eq!((facts.id().as_str(), facts.version.as_str()), ("contoso.relay-watch", "3.0.2"));
        assert_eq!((facts.author.as_str(), facts.email.as_deref()), ("Ada", Some("ada@example.org")));
        assert_eq!(json!(facts.support), json!({"name": "Contoso", "tier": "Partner"}));
        assert_eq!(facts.domains, ["Security - Network"]);
        assert!(facts.place("x/b.yaml") < facts.place("a.yaml"));
        assert_eq!(facts.place("c.yaml"), usize::MAX);
    }

    #[test]
    fn little_is_enough_and_what_is_missing_is_reported_at_once() {
        let facts = Facts::read(&[json!({"name": "Relay watch", "publisher-id": "contoso"})]).unwrap();
        assert_eq!(facts.id(), "contoso.azure-sentinel-solution-relaywatch");
        assert_eq!(json!(facts.support), json!({"name": "contoso", "tier": "Community"}));
        let wrong = Facts::read(&[json!({"nane": "x", "version": "1.0"})]).unwrap_err();
        assert_eq!(wrong.len(), 4, "{wrong:?}");
        assert!(wrong[0].contains("did you mean `name`?"), "{wrong:?}");
    }
}
