//! A copy of the project in which every chosen place asks whether its change is on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::sites::{Change, Piece, Site};

/// What the copy asks: whether a change is on. Number 0 is nobody's. Where `SENTLINT_MUTANT_SEEN` names a file, the
/// number of each place that is reached is added to it, once.
const SWITCH: &str = r#"//! Made by `cargo xtask mutants`.

use std::fs::File;
use std::io::Write as _;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

static ON: LazyLock<u32> = LazyLock::new(|| {
    std::env::var("SENTLINT_MUTANT").ok().and_then(|text| text.parse().ok()).unwrap_or(0)
});
static SEEN: LazyLock<Option<File>> = LazyLock::new(|| {
    File::options().append(true).create(true).open(std::env::var_os("SENTLINT_MUTANT_SEEN")?).ok()
});
static REACHED: [AtomicBool; 1 << 16] = [const { AtomicBool::new(false) }; 1 << 16];

pub fn mutant(number: u32) -> bool {
    if let Some(mut seen) = SEEN.as_ref()
        && let Some(reached) = REACHED.get(number as usize)
        && !reached.swap(true, Relaxed)
    {
        let _ = seen.write_all(format!("{number}\n").as_bytes());
    }
    *ON == number
}
"#;
const SWITCH_USE: &str = "\n#[allow(unused_imports)]\nuse sentlint_language::mutant;\n";
const SWITCH_FILE: &str = "crates/language/src/mutant.rs";
/// What the crates end with in the copy: one holds the switch, and all ask it.
const SWITCH_USES: [(&str, &str); 5] = [
    ("crates/language/src/lib.rs", "\nmod mutant;\npub use mutant::mutant;\n"),
    ("crates/content/src/lib.rs", SWITCH_USE),
    ("crates/transform/src/lib.rs", SWITCH_USE),
    ("crates/check/src/lib.rs", SWITCH_USE),
    ("crates/app/src/lib.rs", SWITCH_USE),
];

/// What a file ends with in the copy, besides what it holds.
fn added(name: &str) -> &'static str {
    SWITCH_USES.iter().find(|(file, _)| *file == name).map_or("", |(_, end)| end)
}

/// The copy and where it is built.
pub struct Copy {
    root: PathBuf,
    pub tree: PathBuf,
    target: PathBuf,
}

/// Where the sites stand in the changed files: a range of bytes and the index of the site.
type Places = BTreeMap<String, Vec<(Range<usize>, usize)>>;

impl Copy {
    /// Copies what Git knows or would add, and leaves what is the same, so that cargo does not build it again. Files in
    /// `changed` are written by [`Copy::instrument`].
    pub fn new(root: &Path, changed: &BTreeSet<String>) -> Result<Self, String> {
        let folder = root.join("target/mutants");
        let copy = Self { root: root.to_owned(), tree: folder.join("tree"), target: folder.join("build") };
        let list = Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
            .current_dir(root)
            .output()
            .map_err(|error| format!("git: {error}"))?;
        let list = String::from_utf8_lossy(&list.stdout).into_owned();
        // What Git still lists may be deleted.
        let names = list.split('\0').filter(|name| !name.is_empty() && root.join(name).is_file());
        let mut names: BTreeSet<&str> = names.collect();
        for name in names.iter().filter(|name| !changed.contains(**name)) {
            let mut bytes = fs::read(root.join(name)).map_err(|error| format!("{name}: {error}"))?;
            bytes.extend(added(name).bytes());
            copy.put(name, &bytes)?;
        }
        copy.put(SWITCH_FILE, SWITCH.as_bytes())?;
        names.insert(SWITCH_FILE);
        copy.remove_others(&copy.tree, &names)?;
        Ok(copy)
    }

    /// Writes a file of the copy, where it is another than the one that is there.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let path = self.tree.join(name);
        if fs::read(&path).is_ok_and(|old| old == bytes) {
            return Ok(());
        }
        let made = fs::create_dir_all(path.parent().unwrap_or(&path));
        made.and_then(|()| fs::write(&path, bytes)).map_err(|error| format!("{name}: {error}"))
    }

    /// Removes what is left of an earlier copy.
    fn remove_others(&self, folder: &Path, names: &BTreeSet<&str>) -> Result<(), String> {
        let told = |error: std::io::Error| format!("{}: {error}", folder.display());
        for entry in fs::read_dir(folder).map_err(told)? {
            let path = entry.map_err(told)?.path();
            let name = path.strip_prefix(&self.tree).unwrap_or(&path).to_string_lossy();
            if path.is_dir() {
                self.remove_others(&path, names)?;
            } else if !names.contains(&*name) {
                fs::remove_file(&path).map_err(told)?;
            }
        }
        // A folder that still holds something stays.
        let _ = fs::remove_dir(folder);
        Ok(())
    }

    /// Runs cargo in the copy and returns its messages.
    pub fn cargo(&self, arguments: &[&str]) -> Result<Vec<Value>, String> {
        let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(arguments)
            .arg("--message-format=json")
            .current_dir(&self.tree)
            .env("CARGO_TARGET_DIR", &self.target)
            .env(
                "CARGO_PROFILE_DEV_OPT_LEVEL",
                std::env::var("CARGO_PROFILE_DEV_OPT_LEVEL").unwrap_or("0".into()),
            )
            .env("CARGO_INCREMENTAL", "0")
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("cargo: {error}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }

    /// Builds in places of each order, the first ones first, until of each as many as are wanted compile. Those are
    /// returned; what does not compile is added to `refused`, and what is in there is not asked for again. Nor is anything
    /// where all is `known`.
    pub fn instrument(
        &self,
        orders: Vec<Vec<Site>>,
        wanted: usize,
        refused: &mut BTreeSet<String>,
        known: bool,
    ) -> Result<Vec<Vec<Site>>, String> {
        let files: BTreeSet<String> = orders.iter().flatten().map(|site| site.file.clone()).collect();
        let mut samples: Vec<Vec<Site>> = vec![Vec::new(); orders.len()];
        let mut waiting: Vec<_> = orders.into_iter().map(Vec::into_iter).collect();
        loop {
            for (sample, waiting) in samples.iter_mut().zip(&mut waiting) {
                let more = waiting.filter(|site| !refused.contains(&site.to_string()));
                sample.extend(more.take(wanted - sample.len()));
            }
            let all = samples.concat();
            let places = self.write(&all, &files)?;
            let faulty = if known { BTreeSet::new() } else { self.faulty(&places)? };
            if faulty.is_empty() {
                return Ok(samples);
            }
            eprintln!("{} of {} changes do not compile and are left out", faulty.len(), all.len());
            refused.extend(faulty.iter().map(|at| all[*at].to_string()));
            for sample in &mut samples {
                sample.retain(|site| !refused.contains(&site.to_string()));
            }
        }
    }

    fn write(&self, sites: &[Site], files: &BTreeSet<String>) -> Result<Places, String> {
        let mut places = Places::new();
        for name in files {
            let read = fs::read_to_string(self.root.join(name));
            let text = read.map_err(|error| format!("{name}: {error}"))?;
            let mut own: Vec<usize> = (0..sites.len()).filter(|at| sites[*at].file == *name).collect();
            // Outer places come before those in them.
            own.sort_by_key(|at| (sites[*at].place.start, usize::MAX - sites[*at].place.end));
            let mut writer = Writer { text: &text, sites, out: String::new(), places: Vec::new() };
            writer.write(0..text.len(), &own);
            writer.out += added(name);
            self.put(name, writer.out.as_bytes())?;
            places.insert(name.clone(), writer.places);
        }
        Ok(places)
    }

    /// The sites that the compiler objects to.
    fn faulty(&self, places: &Places) -> Result<BTreeSet<usize>, String> {
        let mut faulty = BTreeSet::new();
        for message in self.cargo(&["check", "--lib", "--locked"])? {
            let message = &message["message"];
            if message["level"] != "error" {
                continue;
            }
            let spans = message["spans"].as_array().map(Vec::as_slice).unwrap_or_default();
            let found: BTreeSet<usize> = spans.iter().filter_map(|span| innermost(span, places)).collect();
            if found.is_empty() && !spans.is_empty() {
                return Err(format!("the copy does not compile: {}", message["rendered"]));
            }
            faulty.extend(found);
        }
        Ok(faulty)
    }
}

/// The innermost site around a place that the compiler names.
fn innermost(span: &Value, places: &Places) -> Option<usize> {
    let offset = |key: &str| span[key].as_u64().and_then(|offset| usize::try_from(offset).ok());
    let around = || {
        let (start, end) = (offset("byte_start")?, offset("byte_end")?);
        let here = places.get(span["file_name"].as_str()?)?;
        let around = here.iter().filter(|(range, _)| range.start <= start && end <= range.end);
        around.min_by_key(|(range, _)| range.len()).map(|(_, site)| *site)
    };
    // What stands in a macro of the standard library is blamed on its call.
    around().or_else(|| {
        span.get("expansion").map(|outer| &outer["span"]).and_then(|outer| innermost(outer, places))
    })
}

struct Writer<'a> {
    text: &'a str,
    sites: &'a [Site],
    out: String,
    places: Vec<(Range<usize>, usize)>,
}

impl Writer<'_> {
    /// Writes a part of the text with the sites in it.
    fn write(&mut self, part: Range<usize>, sites: &[usize]) {
        let (mut at, mut rest) = (part.start, sites);
        while let Some((first, others)) = rest.split_first() {
            let site = &self.sites[*first];
            self.out += &self.text[at..site.place.start];
            let start = self.out.len();
            let switch = format!("if crate::mutant({})", first + 1);
            // Other changes of the place, and those of places in it.
            let inside = match &site.change {
                Change::Before(statement) => {
                    self.out.extend([" ", &switch, " { ", statement, " } "]);
                    0
                }
                Change::Instead(pieces) => {
                    let inside = others.partition_point(|at| self.sites[*at].place.start < site.place.end);
                    self.out.extend(["(", &switch, " { "]);
                    for piece in pieces {
                        self.out += match piece {
                            Piece::New(text) => text,
                            Piece::Old(range) => &self.text[range.clone()],
                        };
                    }
                    self.out += " } else { ";
                    self.write(site.place.clone(), &others[..inside]);
                    self.out += " })";
                    inside
                }
            };
            self.places.push((start..self.out.len(), *first));
            (at, rest) = (site.place.end, &others[inside..]);
        }
        self.out += &self.text[at..part.end];
    }
}
