//! Runs the tests with one change after another.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::copy::Copy;

/// Whether a change was noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A test failed.
    Killed,
    /// The tests ran much longer than without it.
    TimedOut,
    /// Every test that reaches it passed.
    Survived,
    /// No test reaches it.
    Unreached,
}

impl Verdict {
    pub fn is_noticed(self) -> bool {
        matches!(self, Self::Killed | Self::TimedOut)
    }
}

/// Tests that are left out: those that read the sources, which are others in the copy, and those that take the longest,
/// and look at nothing but time and depth.
const SKIPPED: [&str; 4] = [
    "architecture::",
    "kql::tests::growth::",
    "kql::tests::robust::deep_nesting",
    "yaml::tests::extreme_input",
];

/// The signal that ends what took too much of the processor.
const SIGXCPU: i32 = 24;

/// One test, and what it reaches in the code as it is.
struct Test {
    /// Which of the programs holds it.
    program: usize,
    name: String,
    took: Duration,
    reaches: BTreeSet<usize>,
}

/// The tests of the copy.
pub struct Suite {
    tree: PathBuf,
    programs: Vec<PathBuf>,
    /// Those that end soon come first.
    tests: Vec<Test>,
}

impl Suite {
    /// Builds the tests and runs each once in a process of its own, without any change. The places that it reaches are
    /// kept; one that fails tells nothing and is left out.
    pub fn build(copy: &Copy, jobs: usize) -> Result<Self, String> {
        let messages = copy.cargo(&["test", "--no-run", "--locked", "--lib", "--test", "it"])?;
        let mut this = Self { tree: copy.tree.clone(), programs: Vec::new(), tests: Vec::new() };
        let mut names = Vec::new();
        // Unit tests are quicker, and asked first.
        let crates =
            ["sentlint_language", "sentlint_content", "sentlint_transform", "sentlint_check", "sentlint_app"];
        for (at, target) in crates.into_iter().chain(["it"]).enumerate() {
            let of = |message: &&serde_json::Value| {
                message["target"]["name"] == target && message["profile"]["test"] == true
            };
            let mut found = messages.iter().filter(of).filter_map(|message| message["executable"].as_str());
            let program = found.next().ok_or_else(|| format!("the tests `{target}` cannot be built"))?;
            let list = Command::new(program).args(["--list", "--format", "terse"]).output();
            let list = list.map_err(|error| format!("{program}: {error}"))?;
            let list = String::from_utf8_lossy(&list.stdout).into_owned();
            let own = list.lines().filter_map(|line| line.strip_suffix(": test"));
            let own = own.filter(|name| !SKIPPED.iter().any(|prefix| name.starts_with(prefix)));
            names.extend(own.map(|name| (at, name.to_owned())));
            this.programs.push(program.into());
        }
        let seen = copy.tree.with_file_name("seen");
        std::fs::create_dir_all(&seen).map_err(|error| error.to_string())?;
        let start = Instant::now();
        let tests =
            each(names.len(), jobs, |at| this.reach(names[at].0, &names[at].1, &seen.join(at.to_string())));
        this.tests = tests.into_iter().flatten().collect();
        if this.tests.len() * 20 < names.len() * 19 {
            return Err(format!(
                "only {} of {} tests pass without any change",
                this.tests.len(),
                names.len()
            ));
        }
        this.tests.sort_by_key(|test| test.took);
        eprintln!("{} tests, each alone, take {:.1} s", this.tests.len(), start.elapsed().as_secs_f64());
        Ok(this)
    }

    /// Runs one test alone and notes what it reaches.
    fn reach(&self, program: usize, name: &str, seen: &Path) -> Option<Test> {
        let _ = std::fs::remove_file(seen);
        let start = Instant::now();
        let variable = ("SENTLINT_MUTANT_SEEN", seen.as_os_str());
        if self.run(program, std::iter::once(name), variable, Duration::from_mins(5)) != Verdict::Survived {
            eprintln!("`{name}` fails without any change and is left out");
            return None;
        }
        let took = start.elapsed();
        let text = std::fs::read_to_string(seen).unwrap_or_default();
        let reaches = text.lines().filter_map(|line| line.parse().ok()).collect();
        Some(Test { program, name: name.to_owned(), took, reaches })
    }

    /// Tries changes, several at once, and tells of each as it ends. Each has its number and its words.
    pub fn try_all(
        &self,
        changes: &[(usize, String)],
        jobs: usize,
        ended: impl Fn(&str, Verdict) + Sync,
    ) -> Vec<Verdict> {
        each(changes.len(), jobs, |at| {
            let (number, what) = &changes[at];
            let start = Instant::now();
            let verdict = self.verdict(*number);
            println!("{verdict:?} {what} ({:.1} s)", start.elapsed().as_secs_f64());
            ended(what, verdict);
            verdict
        })
    }

    /// Tests that do not reach a place cannot notice its change: only the others are run.
    fn verdict(&self, number: usize) -> Verdict {
        let tests: Vec<&Test> = self.tests.iter().filter(|test| test.reaches.contains(&number)).collect();
        if tests.is_empty() {
            return Verdict::Unreached;
        }
        // Those that take a quarter of the time are most of them, and come first.
        let mut left = tests.iter().map(|test| test.took).sum::<Duration>() / 4;
        let short = tests.iter().take_while(|test| {
            let enough = left < test.took;
            left = left.saturating_sub(test.took);
            !enough
        });
        let (short, long) = tests.split_at(short.count());
        let runs =
            [short, long].into_iter().flat_map(|tests| (0..self.programs.len()).map(move |at| (tests, at)));
        for (tests, program) in runs {
            let own: Vec<&Test> = tests.iter().copied().filter(|test| test.program == program).collect();
            if own.is_empty() {
                continue;
            }
            let took = own.iter().map(|test| test.took).sum();
            let names = own.iter().map(|test| &*test.name);
            let verdict = self.run(program, names, ("SENTLINT_MUTANT", number.to_string().as_ref()), took);
            if verdict != Verdict::Survived {
                return verdict;
            }
        }
        Verdict::Survived
    }

    /// Runs some tests of a program until the first of them fails.
    fn run<'n>(
        &self,
        program: usize,
        names: impl Iterator<Item = &'n str>,
        (variable, value): (&str, &OsStr),
        took: Duration,
    ) -> Verdict {
        // A change may ask for memory or for time without end. Other work on the machine may slow a run down, so that
        // the limit is one of processor time first, and one of time long after that.
        let seconds = took.as_secs() * 4 + 20;
        let child = Command::new("sh")
            .args(["-c", &format!("ulimit -v 4000000; ulimit -t {seconds}; exec \"$0\" --exact \"$@\"")])
            .arg(&self.programs[program])
            .args(names)
            .current_dir(&self.tree)
            .env(variable, value)
            .env("INSTA_UPDATE", "no")
            .env("INSTA_WORKSPACE_ROOT", &self.tree)
            .env("PROPTEST_MAX_SHRINK_ITERS", "0")
            .env_remove("SENTLINT_SHARED")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        // What cannot be tried is not noticed.
        let Ok(mut child) = child else { return Verdict::Survived };
        let (send, failed) = mpsc::channel();
        let stdout = child.stdout.take();
        let reader = std::thread::spawn(move || {
            let lines = stdout.into_iter().flat_map(|stdout| BufReader::new(stdout).lines());
            let failed = lines.map_while(Result::ok).any(|line| line.ends_with("FAILED"));
            let _ = send.send(failed);
        });
        let verdict = match failed.recv_timeout(Duration::from_secs(seconds * 4)) {
            Ok(true) => Verdict::Killed,
            Ok(false) => match child.wait() {
                Ok(status) if status.success() => Verdict::Survived,
                Ok(status) if status.signal() == Some(SIGXCPU) => Verdict::TimedOut,
                _ => Verdict::Killed,
            },
            Err(_) => Verdict::TimedOut,
        };
        end(&mut child);
        let _ = reader.join();
        verdict
    }
}

/// Does something for each number below `count`, several at once.
fn each<T: Send>(count: usize, jobs: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= count {
                        return;
                    }
                    let result = work(at);
                    if let Ok(mut done) = done.lock() {
                        done.push((at, result));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Ends a program and those that it began.
fn end(child: &mut Child) {
    let group = format!("-{}", child.id());
    let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
    let _ = child.wait();
}
