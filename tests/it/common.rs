//! What the tests share: the binary with a clean environment, and the data that `SENTLINT_SHARED` names.

#![allow(clippy::print_stderr, reason = "a skipped test shall say so")]

use std::path::{Path, PathBuf};

use assert_cmd::Command;

/// The binary in a folder, with nothing of the caller's environment that would change its output.
pub(crate) fn sentlint(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("sentlint").unwrap();
    command.current_dir(folder);
    for name in [
        "GITHUB_ACTIONS",
        "GITHUB_STEP_SUMMARY",
        "SENTLINT_OUTPUT_FORMAT",
        "FORCE_COLOR",
        "CLICOLOR_FORCE",
        "COLUMNS",
        "FORCE_HYPERLINK",
        "GITHUB_WORKSPACE",
        "LC_ALL",
        "LC_CTYPE",
        "LANG",
    ] {
        command.env_remove(name);
    }
    command.env("NO_COLOR", "1");
    command
}

/// What a run printed and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the binary; a crash fails the test.
pub(crate) fn run(folder: &Path, args: &[&str], stdin: &str) -> Ran {
    let output = sentlint(folder).args(args).write_stdin(stdin).output().unwrap();
    let ran = Ran {
        code: output.status.code().expect("killed by a signal"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    };
    assert!(ran.code != 101, "panicked: {}", ran.stderr);
    ran
}

/// Runs git in a folder, with no configuration but its own.
pub(crate) fn git(folder: &Path, args: &[&str]) -> String {
    let mut command = std::process::Command::new("git");
    command.current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(name);
    }
    for setting in ["user.name=t", "user.email=t@example", "init.defaultBranch=main", "core.autocrlf=false"] {
        command.args(["-c", setting]);
    }
    let output = command.args(args).output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Commits everything in a folder, which becomes a repository where it is none.
pub(crate) fn commit(folder: &Path) {
    if !folder.join(".git").exists() {
        git(folder, &["init", "--quiet"]);
    }
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--allow-empty", "-m", "a commit"]);
}

/// The project's folder.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The shared data, where there is some.
pub(crate) fn shared() -> Option<PathBuf> {
    let path = std::env::var_os("SENTLINT_SHARED").map(PathBuf::from);
    if path.is_none() {
        eprintln!("skipped: SENTLINT_SHARED is not set");
    }
    path.map(|path| std::path::absolute(path).unwrap())
}

/// A folder with files in it.
pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        write(dir.path(), name, text.as_bytes());
    }
    dir
}

/// Writes a file and the folders above it.
pub(crate) fn write(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// A hunting query that is clean under `recommended`.
pub(crate) const CLEAN: &str = "\
id: 6e3a1d0c-9f3b-4b60-8c3e-0a4f4c2d7b11
name: Remote tool reached its relay
description: Identifies hosts from which a remote management tool reached its relay.
requiredDataConnectors:
  - connectorId: MicrosoftThreatProtection
    dataTypes:
      - DeviceNetworkEvents
tactics:
  - CommandAndControl
relevantTechniques:
  - T1219
query: |
  DeviceNetworkEvents
  | where TimeGenerated > ago(1d)
  | where RemoteUrl has \"relay.example\"
  | project TimeGenerated, DeviceName, RemoteUrl
version: 1.0.0
";

/// The hunting query of which the project began, in the shape in which it was published: plain strings where
/// lists belong.
pub(crate) const SEED: &str = "\
id: 0f6a1a77-8a5f-4b0e-9c7e-6b1c3d2e4f50
name: Remote Management and Monitoring tool - mRemoteNG - Network Connection
description: |
    Identifies hosts from which mRemoteNG reached its maker's site.
requiredDataConnectors:
- connectorId: MicrosoftThreatProtection
  dataTypes:
  - DeviceNetworkEvents
tactics: CommandAndControl
relevantTechniques: T1219
query: |
  let Time_start = now(-5d);
  DeviceNetworkEvents
  | where Timestamp > Time_start
  | where RemoteUrl has 'mremoteng.org'
  | summarize FirstSeen=min(Timestamp), Count=count() by DeviceId, DeviceName
";
