//! Names in a query that tell which sub-technique is meant: programs and artefacts that ATT&CK's own pages name under
//! one sub-technique of their parent and no other.

use super::attack::{Technique, Version};

/// Which words tell a sub-technique.
#[derive(Debug)]
pub struct Evidence {
    /// The sub-technique's id.
    pub sub: &'static str,
    /// Names of programs, services and artefacts, in lower case; without `.exe` where the word alone is clear.
    pub words: &'static [&'static str],
}

const fn e(sub: &'static str, words: &'static [&'static str]) -> Evidence {
    Evidence { sub, words }
}

/// Sorted by id. Sources: the pages of the sub-techniques in ATT&CK 19.1; for remote tools also the makers' names of
/// their programs.
static EVIDENCE: &[Evidence] = &[
    e("T1003.001", &["lsass", "procdump", "sekurlsa", "comsvcs.dll"]),
    e("T1003.002", &["hklm\\sam", "sam.hive"]),
    e("T1003.003", &["ntds.dit", "ntdsutil"]),
    e("T1003.006", &["ds-replication-get-changes", "ds-replication-get-changes-all", "lsadump::dcsync"]),
    e("T1021.001", &["mstsc", "tscon"]),
    e("T1021.003", &["mmc20.application", "shellbrowserwindow"]),
    e("T1021.006", &["winrm", "winrs", "winrshost", "wsmprovhost"]),
    e("T1053.002", &["at.exe"]),
    e("T1053.003", &["cron", "crontab", "anacron"]),
    e("T1053.005", &["register-scheduledtask", "new-scheduledtask", "schtasks"]),
    e("T1059.001", &["powershell", "powershell_ise", "pwsh"]),
    e("T1059.002", &["osascript"]),
    e("T1059.003", &["cmd.exe"]),
    e("T1059.004", &["bash", "/bin/sh", "zsh"]),
    e("T1059.005", &["cscript", "wscript", "vbscript"]),
    e("T1059.006", &["python", "python3"]),
    e("T1059.007", &["javascript"]),
    e("T1127.001", &["msbuild"]),
    e("T1218.001", &["hh.exe"]),
    e("T1218.003", &["cmstp"]),
    e("T1218.004", &["installutil"]),
    e("T1218.005", &["mshta"]),
    e("T1218.007", &["msiexec"]),
    e("T1218.008", &["odbcconf"]),
    e("T1218.009", &["regasm", "regsvcs"]),
    e("T1218.010", &["regsvr32"]),
    e("T1218.011", &["rundll32"]),
    e("T1218.012", &["verclsid"]),
    e("T1218.013", &["mavinject"]),
    e(
        "T1219.001",
        &["code-tunnel", "devtunnel", "devtunnels.ms", "tunnels.api.visualstudio.com", "vscode.dev"],
    ),
    e(
        "T1219.002",
        &[
            "aeroadmin",
            "ammyyadmin",
            "anydesk",
            "ateraagent",
            "bomgar",
            "connectwisecontrol",
            "dameware",
            "dwagent",
            "dwservice",
            "gotoassist",
            "gotomypc",
            "logmein",
            "meshagent",
            "meshcentral",
            "netsupport",
            "radmin",
            "realvnc",
            "remote utilities",
            "remotepc",
            "remoteutilities",
            "rustdesk",
            "rutserv",
            "screenconnect",
            "screenconnect.clientservice",
            "screenconnect.windowsclient",
            "simplehelp",
            "splashtop",
            "supremo",
            "teamviewer",
            "teamviewer_service",
            "tightvnc",
            "ultravnc",
            "vncserver",
            "vncviewer",
            "winvnc",
            "zohoassist",
        ],
    ),
    e("T1219.003", &["jetkvm", "nanokvm", "pikvm", "tinypilot"]),
    e("T1546.003", &["__eventfilter", "activescripteventconsumer", "commandlineeventconsumer"]),
    e("T1546.008", &["magnify.exe", "osk.exe", "sethc", "utilman"]),
    e("T1546.012", &["image file execution options"]),
    e("T1547.001", &["currentversion\\run", "currentversion\\runonce"]),
    e("T1569.001", &["launchctl"]),
    e("T1569.002", &["psexec", "psexec64", "psexesvc", "paexec"]),
];

/// What is known of the sub-techniques of a parent.
pub fn of(
    version: Version,
    parent: &str,
) -> impl Iterator<Item = (&'static Technique, &'static Evidence)> + use<'_> {
    let all = EVIDENCE.iter().filter_map(move |evidence| Some((version.technique(evidence.sub)?, evidence)));
    all.filter(move |(technique, _)| technique.is_active() && technique.parent_id() == Some(parent))
}

impl Evidence {
    /// The word that a text holds as a whole, in any case.
    pub fn word_in(&self, lower: &str) -> Option<&'static str> {
        let inside = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let stands = |word: &str| {
            lower.match_indices(word).any(|(at, _)| {
                !lower[..at].ends_with(inside) && !lower[at + word.len()..].starts_with(inside)
            })
        };
        self.words.iter().copied().find(|word| stands(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_an_active_sub_technique_and_no_word_is_repeated() {
        assert!(EVIDENCE.is_sorted_by(|a, b| a.sub < b.sub));
        let mut seen = std::collections::BTreeSet::new();
        for evidence in EVIDENCE {
            let found = Version::NEWEST.technique(evidence.sub).unwrap();
            assert!(found.is_active() && found.parent_id().is_some(), "{}", evidence.sub);
            assert!(!evidence.words.is_empty(), "{}", evidence.sub);
            for word in evidence.words {
                assert_eq!(*word, word.to_lowercase(), "{word}");
                assert!(seen.insert(word), "{word}");
            }
        }
        assert_eq!(of(Version::NEWEST, "T1219").count(), 3);
        assert_eq!(of(Version::NEWEST, "T1047").count(), 0);
    }

    #[test]
    fn words_are_whole() {
        let (_, remote) = of(Version::NEWEST, "T1219").nth(1).unwrap();
        assert_eq!(remote.word_in("c:\\tools\\anydesk.exe"), Some("anydesk"));
        assert_eq!(remote.word_in("net.anydesk.com"), Some("anydesk"));
        assert_eq!(remote.word_in("myanydesk2"), None);
        let (_, at) = of(Version::NEWEST, "T1053").next().unwrap();
        assert_eq!(at.word_in("data at.exec"), None);
    }
}
