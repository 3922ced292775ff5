//! Content, names and files from elsewhere that are out for more than being checked.

use crate::common::{CLEAN, folder, run, sentlint};

/// No line that a runner of GitHub Actions takes for a command.
fn is_harmless(text: &str) -> bool {
    let obeyed = |line: &str| line.trim_start().starts_with("::") || line.contains("##[");
    !text.contains('\u{1b}') && !text.split(['\n', '\r']).any(obeyed)
}

#[test]
fn nothing_that_is_printed_is_a_command() {
    let hostile = CLEAN
        .replacen("name: ", "name: \"\\e[31m::error::A ##[set-output name=a;]b\" # ", 1)
        .replacen("tactics:\n", "tactics: [\"Foo\\n::error::X\", \"##[error]Y\"]\nother: ", 1);
    let dir = folder(&[
        ("a.yaml", &hostile),
        ("config/sentlint.toml", "[check]\n\"ignor\\n::set-output name=errors::0\" = 1\n\"##[error]\" = 1\n"),
        ("config/a.yaml", CLEAN),
        ("::error::c.yaml", "id: x\nname: n\nquery: T |\n"),
    ]);
    for args in [
        &["check", "--isolated"][..],
        &["check", "--isolated", "--output-format", "concise"],
        &["check", "--isolated", "--output-format", "json"],
        &["check", "--isolated", "--output-format", "sarif"],
        &["check", "--isolated", "--output-format", "junit"],
        &["check", "--isolated", "--output-format", "markdown"],
        &["check", "config"],
        &["check", "--isolated", "x\n::error::Y"],
        &["check", "--isolated", "--x\n::error::Y"],
        &["convert", "--to", "scheduled", "--no-check", "a.yaml"],
        &["inspect", "--isolated"],
        &["explain", "x\n::error::Y"],
    ] {
        let ran = run(dir.path(), args, "");
        assert!(is_harmless(&ran.stderr), "{args:?}: {ran:?}");
        // The results of a conversion are content, and not words.
        assert!(args[0] == "convert" || is_harmless(&ran.stdout), "{args:?}: {ran:?}");
    }
    let ran = sentlint(dir.path()).env("GITHUB_ACTIONS", "true").args(["check", "--diff"]).output().unwrap();
    assert!(is_harmless(&String::from_utf8_lossy(&ran.stdout)), "{ran:?}");
}

#[test]
#[cfg(unix)]
fn what_a_link_points_to_is_fixed() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = folder(&[("real.yaml", crate::common::SEED)]);
    let (real, link) = (dir.path().join("real.yaml"), dir.path().join("link.yaml"));
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("real.yaml", &link).unwrap();
    run(dir.path(), &["check", "--fix", "link.yaml"], "");
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_ne!(std::fs::read_to_string(&real).unwrap(), crate::common::SEED);
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    let ran = run(dir.path(), &["check", "--output-format", "json", "--output-file", "/dev/stdout"], "");
    assert!(ran.code != 2 && ran.stdout.starts_with('{'), "{ran:?}");
    let ran = run(dir.path(), &["check", "--output-format", "json", "--output-file", "/dev/null"], "");
    assert!(ran.code != 2, "{ran:?}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left behind");
}

#[test]
#[cfg(target_os = "linux")]
fn names_that_look_the_same_are_two_files() {
    use std::os::unix::ffi::OsStrExt as _;
    let dir = folder(&[]);
    let names = [&b"\xff.yaml"[..], b"\xfe.yaml"].map(std::ffi::OsStr::from_bytes);
    for name in names {
        std::fs::write(dir.path().join(name), crate::common::SEED).unwrap();
    }
    run(dir.path(), &["check", "--fix", "--isolated"], "");
    for name in names {
        let text = std::fs::read_to_string(dir.path().join(name)).unwrap();
        assert_ne!(text, crate::common::SEED, "{name:?} was not fixed");
    }
    let broken = CLEAN.replacen("id: ", "id: 0", 1);
    for name in names {
        std::fs::write(dir.path().join(name), &broken).unwrap();
    }
    run(dir.path(), &["check", "--isolated", "--add-suppressions", "--reason", "r"], "");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);
}
