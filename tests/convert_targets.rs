//! What `sentlint convert` makes for each target, over our own samples and over real pairs.

mod common;

use common::{CLEAN, SEED, folder, root, run};

/// One hunting query stands for all; each rule has something of its own.
const SHOWN: [&str; 6] = [
    "hunting/mremoteng-connection-fan-out",
    "rules/kvm-device-attached",
    "rules/remote-tool-first-seen-on-host",
    "rules/remote-tool-mass-deployment",
    "rules/tunnel-from-server",
    "rules/unattended-access-password",
];

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({snapshot_path => "../snapshots", prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn each_kind_becomes_a_bicep_file() {
    for name in SHOWN {
        let ran = run(&root(), &["convert", "--to", "bicep", &format!("content/{name}.yaml")], "");
        assert_eq!(ran.code, 0, "{ran:?}");
        snapshot(&format!("bicep__{}", name.split('/').next_back().unwrap_or(name)), &ran.stdout);
    }
}

#[test]
fn bicep_files_are_ours_to_write_again_and_can_be_one() {
    let dir = folder(&[("in/a.yaml", CLEAN), ("in/b.yaml", SEED)]);
    let args = ["convert", "--to", "bicep", "in", "-o", "out"];
    assert_eq!(run(dir.path(), &args, "").code, 0);
    let a = dir.path().join("out/a.bicep");
    let text = std::fs::read_to_string(&a).unwrap();
    std::fs::write(&a, text.replace("relay", "other")).unwrap();
    let stale = run(dir.path(), &[&args[..], &["--check"]].concat(), "");
    assert_eq!(stale.code, 1, "{stale:?}");
    assert!(stale.stderr.contains("out/a.bicep is out of date"), "{stale:?}");
    assert_eq!(run(dir.path(), &args, "").code, 0);
    assert_eq!(std::fs::read_to_string(&a).unwrap(), text);
    std::fs::write(&a, "param workspace string\n").unwrap();
    assert_eq!(run(dir.path(), &args, "").code, 2);
    let merged = run(dir.path(), &["convert", "--to", "bicep", "in", "--merge", "-o", "all.bicep"], "");
    assert_eq!(merged.code, 0, "{merged:?}");
    let text = std::fs::read_to_string(dir.path().join("all.bicep")).unwrap();
    assert_eq!(text.matches("\nresource ").count(), 3, "{text}");
}

#[test]
fn bicep_for_sentinel_repositories_has_no_extension_resources() {
    let file = "content/rules/unattended-access-password.yaml";
    let ran = run(&root(), &["convert", "--to", "bicep", "--for-repositories", file], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.stdout.contains("'Microsoft.OperationalInsights/workspaces/providers/alertRules@"),
        "{ran:?}"
    );
    assert!(ran.stdout.contains("  name: '${workspace}/Microsoft.SecurityInsights/"), "{ran:?}");
    assert!(!ran.stdout.contains("existing") && !ran.stdout.contains("scope:"), "{ran:?}");
}
