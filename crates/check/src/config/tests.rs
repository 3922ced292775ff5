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
            "sentlint.toml:2:1: unknown key `profil` in [check]\n  help: did you mean `profile`?",
            "sentlint.toml:3:11: unknown rule or group `unknown-tactc`; did you mean `unknown-tactic`?",
            "sentlint.toml:3:28: expected a string, found a number\n  help: write `\"1\"`",
            "sentlint.toml:4:11: `errors` is not a valid value\n  help: did you mean `error`?",
            "sentlint.toml:6:2: unknown key `rule` in sentlint.toml\n  help: did you mean `rules`?",
        ]
    );
}

#[test]
fn what_cannot_be_used_is_refused_rather_than_ignored() {
    for (text, told) in [
        (
            "[check]\nexclude = [\"a{b\"]\n",
            "2:12: `a{b` is not a valid pattern: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
        ),
        (
            "[check.per-path.\"a{b\"]\n",
            "1:17: `a{b` is not a valid pattern: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
        ),
        ("[check]\nexclude = \"old\"\n", "2:11: expected an array of strings, found a string"),
        ("[rules.unknown-tactic]\nseverity = \"off\"\n", "2:12: `off` is not a valid severity"),
        ("[rules.unknown-tactic]\nlevel = \"info\"\n", "2:1: unknown key `level` in [rules.unknown-tactic]"),
        ("[rules.attack]\n", "1:8: options can only be set for a rule, not for a group"),
        (
            "[rules.unknown-tactc]\n",
            "1:8: unknown rule or group `unknown-tactc`; did you mean `unknown-tactic`?",
        ),
        (
            "[knowledge]\nattack-version = \"18.1\"\n",
            "2:18: ATT&CK 18.1 is not supported; the supported versions are 19.1 and 16.1",
        ),
        ("[knowledge]\nattack = 19.1\n", "2:10: expected a string, found a number"),
        ("[convert]\nenabled = \"yes\"\n", "2:11: expected `true` or `false`, found a string"),
        ("check = 3\n", "1:9: `check` must be a table"),
        ("[check]\nselect = []\nselect = []\n", "3:1: invalid TOML: duplicate key"),
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
fn text_that_is_no_toml_is_reported_with_its_place() {
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

/// What `folder/sentlint.toml` amounts to among these files.
fn loaded(folder: &tempfile::TempDir, files: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let config = Config::load(&folder.path().join("team/sentlint.toml"));
    config.map_err(|errors| {
        errors.iter().map(|error| format!("{}: {}", error.span.start, error.message)).collect()
    })
}

#[test]
fn a_configuration_extends_another() {
    let folder = tempfile::tempdir().unwrap();
    let base = "[check]\nprofile = \"pedantic\"\nignore = [\"name-style\", \"attack\"]\nfail-on = \"info\"\nexclude = [\"old/\"]\n\
                [check.per-path.\"a/**\"]\nignore = [\"query\"]\n[check.per-path.\"b/**\"]\nignore = [\"yaml\"]\n\
                [rules.invalid-id]\nseverity = \"info\"\n[rules.unknown-tactic]\nseverity = \"info\"\n\
                [knowledge]\nconnectors = [\"Base\"]\n[convert]\nname-prefix = \"base \"\nparams = \"p.json\"\n";
    let own = "extend = \"../shared/base.toml\"\n[check]\nextend-select = [\"name-style\"]\nfail-on = \"never\"\n\
               [check.per-path.\"a/**\"]\nignore = [\"yaml\"]\n[rules.unknown-tactic]\nseverity = \"error\"\n\
               [knowledge]\nconnectors = [\"Own\"]\n[convert]\nname-prefix = \"own \"\n";
    let config = loaded(&folder, &[("shared/base.toml", base), ("team/sentlint.toml", own)]).unwrap();
    let names = |selectors: &[Selector]| selectors.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(config.check.profile, Some(Profile::Pedantic));
    assert_eq!(names(&config.check.ignore), ["attack"]);
    assert_eq!(names(&config.check.extend_select), ["name-style"]);
    assert_eq!(config.check.fail_on.unwrap().as_str(), "never");
    let paths: Vec<_> =
        config.check.per_path.iter().map(|one| (&*one.pattern.text, names(&one.ignore))).collect();
    assert_eq!(paths, [("b/**", vec!["yaml".to_owned()]), ("a/**", vec!["yaml".to_owned()])]);
    let severity = |rule: &str| config.rules[rule].severity.unwrap().as_str();
    assert_eq!((severity("invalid-id"), severity("unknown-tactic")), ("info", "error"));
    assert_eq!(config.knowledge.connectors, ["Base", "Own"]);
    assert_eq!(config.convert.name_prefix.as_deref(), Some("own "));
    // Paths are relative to the file that they are written in; a name holds everywhere.
    assert_eq!(config.convert.params, Some(absolute(&folder.path().join("shared/p.json"))));
    let excludes = |name: &str| config.excludes(&absolute(&folder.path().join(name)));
    assert!(excludes("team/old/a.yaml") && excludes("shared/old/a.yaml") && !excludes("team/new/a.yaml"));
    // A selection of its own replaces the whole of the other.
    let own = "extend = \"../shared/base.toml\"\n[check]\nselect = [\"attack\"]\n";
    let config = loaded(&folder, &[("team/sentlint.toml", own)]).unwrap();
    assert!(config.check.ignore.is_empty() && config.check.select.is_some());
}

#[test]
fn a_base_that_cannot_be_used_is_reported_where_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let told = |files: &[(&str, &str)]| loaded(&folder, files).unwrap_err().join("\n");
    let missing = told(&[("team/sentlint.toml", "extend = \"gone.toml\"\n")]);
    assert!(missing.starts_with("9: cannot read `"), "{missing}");
    let files =
        [("team/sentlint.toml", "extend = \"b.toml\"\n"), ("team/b.toml", "extend = \"sentlint.toml\"\n")];
    assert_eq!(told(&files), "9: the configuration extends itself");
    assert_eq!(told(&[("team/b.toml", "[check]\nprofil = 1\n")]), "8: unknown key `profil` in [check]");
    assert_eq!(told(&[("team/sentlint.toml", "extend = 1\n")]), "9: expected a string, found a number");
    let below = told(&[("team/sentlint.toml", "[check]\nextend = \"b.toml\"\n")]);
    assert_eq!(below, "8: `extend` is not a key of [check]");
}

#[test]
fn what_belongs_elsewhere_is_told_with_its_place() {
    for (text, told) in [
        (
            "select = [\"all\"]\n",
            "1:1: unknown key `select` in sentlint.toml\n  help: write it under `[check]`",
        ),
        (
            "[check]\nconnectors = [\"a\"]\n",
            "2:1: unknown key `connectors` in [check]\n  help: write it under `[knowledge]`",
        ),
        (
            "[knowledge]\nprofile = \"pedantic\"\n",
            "2:1: unknown key `profile` in [knowledge]\n  help: write it under `[check]`",
        ),
        (
            "[check]\nbaseline = \"a.json\"\n",
            "2:1: unknown key `baseline` in [check]\n  help: use the option `--baseline` on the command line",
        ),
        (
            "[check.per-path]\n\"a/**\" = \"kql-syntax\"\n",
            "2:10: the settings of a pattern must be a table\n  help: write `{ ignore = [\"kql-syntax\"] }` to ignore rules",
        ),
        (
            "[check.per-path]\n\"a/**\" = [\"query\"]\n",
            "2:10: the settings of a pattern must be a table\n  help: write `{ ignore = [\"query\"] }` to ignore rules",
        ),
        (
            "[rules]\nkql-syntax = \"error\"\n",
            "2:14: `rules.kql-syntax` must be a table of options\n  help: write `kql-syntax = { severity = \"error\" }`",
        ),
        (
            "[rules]\nkql-syntax = \"off\"\n",
            "2:14: `rules.kql-syntax` must be a table of options\n  help: to turn the rule off, write `ignore = \
             [\"kql-syntax\"]` under `[check]`",
        ),
        (
            "[check]\nselect = [\"pedantic\"]\n",
            "2:11: `pedantic` is a profile, not a rule or group; set it as `profile`",
        ),
    ] {
        assert_eq!(errors(text), [format!("sentlint.toml:{told}")], "{text}");
    }
}
