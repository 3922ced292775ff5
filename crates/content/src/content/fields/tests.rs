use super::*;
use std::collections::BTreeSet;

#[test]
fn the_published_schemas_are_those_that_are_printed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas");
    let kinds = Format::all().iter().map(|format| format.kind.as_str());
    for name in kinds.chain(["custom-detection", "config", "test"]) {
        let path = folder.join(format!("{name}.schema.json"));
        let made = crate::content::schema::published(name).unwrap();
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::write(&path, &*made).unwrap();
        }
        let published = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
        assert!(
            published == made.replace("\r\n", "\n"),
            "{} is out of date: UPDATE_SCHEMAS=1 cargo test --lib schemas",
            path.display()
        );
    }
}

#[test]
fn every_kind_of_the_table_has_what_is_said_of_it() {
    for format in Format::all() {
        let keys: BTreeSet<&str> = format.root().map(|field| field.key).collect();
        assert_eq!(keys.len(), format.root().count(), "a key of {} stands twice", format.kind);
        for field in format.every_field() {
            assert!(!field.doc_in(format.kind).is_empty(), "{}: `{}` has no words", format.kind, field.title);
            if let Type::OneOf(set) = field.ty {
                assert!(
                    !set.values(format.kind).is_empty(),
                    "{}: `{}` has no values",
                    format.kind,
                    field.key
                );
            }
            assert!(field.advice.is_none_or(|advice| advice.starts_with("Add `")), "{}", field.key);
        }
    }
    let all: BTreeSet<&str> = Format::all().iter().flat_map(Format::root).map(|field| field.key).collect();
    let root: BTreeSet<&str> = ROOT_KEYS.into_iter().chain(["alertRuleTemplateName"]).collect();
    assert_eq!(all, root);
    assert_eq!(SCHEDULE_KEYS, ["queryFrequency", "queryPeriod", "triggerOperator", "triggerThreshold"]);
}

#[test]
fn a_pointer_leads_to_its_field() {
    let rule = Format::of(Kind::ScheduledRule).unwrap();
    let at = |pointer: &str| {
        let place = rule.at(pointer)?;
        Some((place.field.title, place.depth, place.owner))
    };
    let grouping = "/incidentConfiguration/groupingConfiguration";
    assert_eq!(at("/id"), Some(("Id", 1, Some(Owner::InvalidId))));
    assert_eq!(at("/tactics/0"), Some(("Tactic", 2, Some(Owner::UnknownTactic))));
    assert_eq!(
        at("/entityMappings/1/fieldMappings/0/columnName"),
        Some(("Column name", 5, Some(Owner::InvalidColumnName)))
    );
    // What names nobody is spoken for by what holds it.
    assert_eq!(
        at(&format!("{grouping}/enabled")),
        Some(("Enabled", 3, Some(Owner::InvalidIncidentGrouping)))
    );
    assert_eq!(
        at(&format!("{grouping}/lookbackDuration")),
        Some(("Look-back duration", 3, Some(Owner::InvalidDuration)))
    );
    assert_eq!(at("/customDetails/anything"), Some(("Column name", 2, Some(Owner::CustomDetails))));
    assert_eq!(at("/tags/0"), Some(("Tag", 2, None)));
    for nowhere in ["", "/", "/ID", "/id/0", "/tactics/x", "/tags/0/a", "/metadata/nothing"] {
        assert_eq!(at(nowhere), None, "{nowhere}");
    }
    assert!(Format::of(Kind::HuntingQuery).unwrap().at("/kind").is_none());
    assert!(Format::of(Kind::Parser).is_none());
    assert_eq!(rule.key_at("", "kind").map(|field| field.title), Some("Kind"));
    assert_eq!(rule.key_at(grouping, "enabled").map(|field| field.title), Some("Enabled"));
    let names = |list: &str| rule.item_keys(list).iter().map(|field| field.key).collect::<Vec<_>>();
    assert_eq!(names("fieldMappings"), ["identifier", "columnName"]);
    assert!(names("tactics").is_empty() && names("nothing").is_empty());
}

#[test]
fn an_owner_has_the_id_of_its_rule() {
    assert_eq!(Owner::RuleKeyInHuntingQuery.id(), "rule-key-in-hunting-query");
    assert_eq!(Owner::InvalidId.id(), "invalid-id");
}
