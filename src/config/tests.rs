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
            "sentlint.toml:3:28: this must be a text, not a number\n  help: write `\"1\"`",
            "sentlint.toml:4:11: `errors` cannot stand here\n  help: did you mean `error`?",
            "sentlint.toml:6:2: there is no key `rule` in sentlint.toml\n  help: did you mean `rules`?",
        ]
    );
}

#[test]
fn what_cannot_be_used_is_refused_rather_than_ignored() {
    for (text, told) in [
        (
            "[check]\nexclude = [\"a{b\"]\n",
            "2:12: `a{b` is no pattern: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
        ),
        (
            "[check.per-path.\"a{b\"]\n",
            "1:17: `a{b` is no pattern: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
        ),
        ("[check]\nexclude = \"old\"\n", "2:11: this must be a list of texts, not a text"),
        ("[rules.unknown-tactic]\nseverity = \"off\"\n", "2:12: `off` is no severity"),
        (
            "[rules.unknown-tactic]\nlevel = \"info\"\n",
            "2:1: there is no key `level` in [rules.unknown-tactic]",
        ),
        ("[rules.attack]\n", "1:8: options are given for a rule, not for a group"),
        (
            "[rules.unknown-tactc]\n",
            "1:8: there is no rule or group `unknown-tactc`; did you mean `unknown-tactic`?",
        ),
        (
            "[knowledge]\nattack-version = \"18.1\"\n",
            "2:18: ATT&CK 18.1 is not included; the versions are 19.1 and 16.1",
        ),
        ("[knowledge]\nattack = 19.1\n", "2:10: this must be a text, not a number"),
        ("[convert]\nenabled = \"yes\"\n", "2:11: this must be `true` or `false`, not a text"),
        ("check = 3\n", "1:9: `check` is a table"),
        ("[check]\nselect = []\nselect = []\n", "3:1: this is not TOML: duplicate key"),
    ] {
        let found = errors(text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].lines().next(), Some(&*format!("sentlint.toml:{told}")));
    }
    assert_eq!(
        errors("[knowledge]\nattack-version = \"16.1\"\n[check]\nselect = [\"ALL\", \"ATTACK\"]\n"),
        [""; 0]
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
