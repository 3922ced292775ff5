use super::*;

fn errors(text: &str) -> Vec<String> {
    match Config::parse(Path::new("sentlint.toml"), text) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn every_mistake_has_a_place_and_a_suggestion() {
    let text =
        "[check]\nprofil = \"pedantic\"\nignore = [\"unknown-tactc\", 1]\nfail-on = \"errors\"\n\n[rule]\n";
    assert_eq!(
        errors(text),
        [
            "sentlint.toml:2:1: there is no key `profil` in [check]\n  help: did you mean `profile`?",
            "sentlint.toml:3:11: there is no rule or group `unknown-tactc`; did you mean `unknown-tactic`?",
            "sentlint.toml:3:28: this is a text, not a number",
            "sentlint.toml:4:11: `errors` cannot stand here\n  help: did you mean `error`?",
            "sentlint.toml:6:2: there is no key `rule` in sentlint.toml\n  help: did you mean `rules`?",
        ]
    );
}

#[test]
fn text_that_is_no_toml_is_told_with_its_place() {
    let found = errors("[check\n");
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("sentlint.toml:1:"), "{found:?}");
}

#[test]
fn what_differs_by_path_is_added_for_that_path_alone() {
    let text = "[check]\nignore = [\"metadata\"]\n[check.per-path.\"old/**\"]\nignore = [\"attack\"]\nprofile = \"pedantic\"\n";
    let config = Config::parse(Path::new("/repo/sentlint.toml"), text).unwrap();
    let new = config.settings(Path::new("/repo/new/a.yaml"));
    let old = config.settings(Path::new("/repo/old/a.yaml"));
    assert_eq!((new.ignore.len(), new.profile), (1, Profile::Recommended));
    assert_eq!((old.ignore.len(), old.profile), (2, Profile::Pedantic));
}

#[test]
fn the_nearest_file_counts_and_the_repository_is_the_limit() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    std::fs::create_dir_all(root.join("repo/.git")).unwrap();
    std::fs::create_dir_all(root.join("repo/a/b")).unwrap();
    std::fs::write(root.join(FILE_NAME), "[check]\nprofile = \"pedantic\"\n").unwrap();
    std::fs::write(root.join("repo/a").join(FILE_NAME), "[check]\nprofile = \"azure-sentinel\"\n").unwrap();
    let resolver = Resolver::nearest();
    let profile = |folder: &str| resolver.of(&root.join(folder)).unwrap().check.profile;
    assert_eq!(profile("repo/a/b"), Some(Profile::AzureSentinel));
    assert_eq!(profile("repo"), None);
    assert_eq!(profile(""), Some(Profile::Pedantic));
}
