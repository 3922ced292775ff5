//! Runs the tests with one change after another.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::copy::Copy;
use super::sites::Site;

/// Whether a change was noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A test failed.
    Killed,
    /// The tests ran much longer than without it.
    TimedOut,
    /// Every test passed.
    Survived,
}

/// Tests of `tests/it` that look at much in little time, and so come first.
const QUICK: [&str; 4] = ["rules::", "queries_pinned::", "documents::", "reports::"];

/// One program of tests with its arguments.
struct Stage {
    program: PathBuf,
    arguments: Vec<&'static str>,
    /// How long it may take.
    patience: Duration,
}

/// The tests of the copy.
pub struct Tests {
    tree: PathBuf,
    stages: Vec<Stage>,
}

impl Tests {
    /// Builds the tests and runs them once as they are: they must pass.
    pub fn build(copy: &Copy) -> Result<Self, String> {
        let messages = copy.cargo(&["test", "--no-run", "--locked", "--lib", "--test", "it"])?;
        let program = |name: &str| {
            let of = |message: &&serde_json::Value| {
                message["target"]["name"] == name && message["profile"]["test"] == true
            };
            let found = messages.iter().filter(of).find_map(|message| message["executable"].as_str());
            found.map(PathBuf::from).ok_or_else(|| format!("no tests `{name}` were built"))
        };
        let stage = |name, arguments: Vec<&'static str>| {
            Ok::<_, String>(Stage { program: program(name)?, arguments, patience: Duration::from_mins(15) })
        };
        let rest = QUICK.iter().flat_map(|name| ["--skip", name]).collect();
        let stages = vec![stage("it", QUICK.to_vec())?, stage("sentlint", vec![])?, stage("it", rest)?];
        let mut tests = Self { tree: copy.tree.clone(), stages };
        let mut whole = Duration::ZERO;
        for at in 0..tests.stages.len() {
            let start = Instant::now();
            if tests.run(&tests.stages[at], 0) != Verdict::Survived {
                return Err(format!("tests fail without any change: {}", tests.stages[at].program.display()));
            }
            let took = start.elapsed();
            // Other work on the machine may slow a run down.
            tests.stages[at].patience = took * 6 + Duration::from_secs(20);
            whole += took;
        }
        eprintln!("the tests take {:.1} s", whole.as_secs_f64());
        Ok(tests)
    }

    /// Tries every change, several at once, and tells of each as it ends.
    pub fn try_all(&self, sites: &[Site], jobs: usize) -> Vec<Verdict> {
        let (next, verdicts) = (AtomicUsize::new(0), Mutex::new(vec![Verdict::Survived; sites.len()]));
        let work = || {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(site) = sites.get(at) else { return };
                let verdict = self.verdict(at + 1);
                println!("{verdict:?} {site}");
                if let Ok(mut verdicts) = verdicts.lock() {
                    verdicts[at] = verdict;
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..jobs {
                scope.spawn(work);
            }
        });
        verdicts.into_inner().unwrap_or_default()
    }

    fn verdict(&self, number: usize) -> Verdict {
        let verdicts = self.stages.iter().map(|stage| self.run(stage, number));
        verdicts.into_iter().find(|verdict| *verdict != Verdict::Survived).unwrap_or(Verdict::Survived)
    }

    /// Runs one program until its first test fails.
    fn run(&self, stage: &Stage, number: usize) -> Verdict {
        // A change may ask for memory without end.
        let child = Command::new("sh")
            .args(["-c", "ulimit -v 8000000; exec \"$0\" \"$@\""])
            .arg(&stage.program)
            .args(&stage.arguments)
            .current_dir(&self.tree)
            .env("SENTLINT_MUTANT", number.to_string())
            .env("INSTA_UPDATE", "no")
            .env("PROPTEST_MAX_SHRINK_ITERS", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        let Ok(mut child) = child else { return Verdict::Killed };
        let (send, failed) = mpsc::channel();
        let stdout = child.stdout.take();
        let reader = std::thread::spawn(move || {
            let lines = stdout.into_iter().flat_map(|stdout| BufReader::new(stdout).lines());
            let failed = lines.map_while(Result::ok).any(|line| line.ends_with("FAILED"));
            let _ = send.send(failed);
        });
        let verdict = match failed.recv_timeout(stage.patience) {
            Ok(false) if child.wait().is_ok_and(|status| status.success()) => Verdict::Survived,
            Ok(_) => Verdict::Killed,
            Err(_) => Verdict::TimedOut,
        };
        end(&mut child);
        let _ = reader.join();
        verdict
    }
}

/// Ends a program and those that it began.
fn end(child: &mut Child) {
    let group = format!("-{}", child.id());
    let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
    let _ = child.wait();
}
