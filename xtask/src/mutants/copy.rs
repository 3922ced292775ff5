//! A copy of the project in which every chosen place asks whether its change is on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::sites::{Change, Piece, Site};

/// What the copy asks. Number 0 is nobody's.
const SWITCH: &str = r#"
/// Whether a change is on.
pub(crate) fn mutant(number: u32) -> bool {
    static ON: std::sync::LazyLock<u32> = std::sync::LazyLock::new(|| {
        std::env::var("SENTLINT_MUTANT").ok().and_then(|text| text.parse().ok()).unwrap_or(0)
    });
    *ON == number
}
"#;

/// The copy and where it is built.
pub struct Copy {
    root: PathBuf,
    pub tree: PathBuf,
    target: PathBuf,
}

/// Where the sites stand in the changed files: a range of bytes and the index of the site.
type Places = BTreeMap<String, Vec<(Range<usize>, usize)>>;

impl Copy {
    /// Copies what Git knows or would add.
    pub fn new(root: &Path) -> Result<Self, String> {
        let folder = root.join("target/mutants");
        let copy = Self { root: root.to_owned(), tree: folder.join("tree"), target: folder.join("build") };
        let list = Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
            .current_dir(root)
            .output()
            .map_err(|error| format!("git: {error}"))?;
        if copy.tree.exists() {
            fs::remove_dir_all(&copy.tree).map_err(|error| error.to_string())?;
        }
        for name in String::from_utf8_lossy(&list.stdout).split('\0').filter(|name| !name.is_empty()) {
            let (from, to) = (root.join(name), copy.tree.join(name));
            // What Git still lists may be deleted.
            if from.is_file() {
                let folder = to.parent().unwrap_or(&to);
                let copied = fs::create_dir_all(folder).and_then(|()| fs::copy(&from, &to));
                copied.map_err(|error| format!("{name}: {error}"))?;
            }
        }
        let lib = copy.tree.join("src/lib.rs");
        let text = fs::read_to_string(&lib).map_err(|error| error.to_string())?;
        fs::write(&lib, text + SWITCH).map_err(|error| error.to_string())?;
        Ok(copy)
    }

    /// Runs cargo in the copy and returns its messages.
    pub fn cargo(&self, arguments: &[&str]) -> Result<Vec<Value>, String> {
        let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(arguments)
            .arg("--message-format=json")
            .current_dir(&self.tree)
            .env("CARGO_TARGET_DIR", &self.target)
            // The tests run once a change, so that a slower build pays.
            .env(
                "CARGO_PROFILE_DEV_OPT_LEVEL",
                std::env::var("CARGO_PROFILE_DEV_OPT_LEVEL").unwrap_or("1".into()),
            )
            .env("CARGO_INCREMENTAL", "0")
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("cargo: {error}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }

    /// Builds in as many of the places, the first ones first, as are wanted and compile. Those are returned.
    pub fn instrument(&self, sites: Vec<Site>, wanted: usize) -> Result<Vec<Site>, String> {
        let mut waiting = sites.into_iter();
        let mut chosen: Vec<Site> = Vec::new();
        let mut touched = BTreeSet::new();
        loop {
            chosen.extend(waiting.by_ref().take(wanted - chosen.len()));
            touched.extend(chosen.iter().map(|site| site.file.clone()));
            let places = self.write(&chosen, &touched)?;
            let faulty = self.faulty(&places)?;
            if faulty.is_empty() {
                return Ok(chosen);
            }
            eprintln!("{} of {} changes do not compile and are left out", faulty.len(), chosen.len());
            let kept = chosen.into_iter().enumerate().filter(|(at, _)| !faulty.contains(at));
            chosen = kept.map(|(_, site)| site).collect();
        }
    }

    fn write(&self, sites: &[Site], touched: &BTreeSet<String>) -> Result<Places, String> {
        let mut places = Places::new();
        for name in touched {
            let read = fs::read_to_string(self.root.join(name));
            let text = read.map_err(|error| format!("{name}: {error}"))?;
            let mut own: Vec<usize> = (0..sites.len()).filter(|at| sites[*at].file == *name).collect();
            // Outer places come before those in them.
            own.sort_by_key(|at| (sites[*at].place.start, usize::MAX - sites[*at].place.end));
            let mut writer = Writer { text: &text, sites, out: String::new(), places: Vec::new() };
            writer.write(0..text.len(), &own);
            let written = fs::write(self.tree.join(name), &writer.out);
            written.map_err(|error| format!("{name}: {error}"))?;
            places.insert(name.clone(), writer.places);
        }
        Ok(places)
    }

    /// The sites that the compiler objects to.
    fn faulty(&self, places: &Places) -> Result<BTreeSet<usize>, String> {
        let mut faulty = BTreeSet::new();
        for message in self.cargo(&["build", "--lib", "--locked"])? {
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
