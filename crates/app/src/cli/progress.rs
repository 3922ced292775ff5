//! What a person sees who waits: how far a run is, once it takes longer than a second.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::Global;
use super::print;
use crate::check::Job;

/// A run shorter than this shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it is drawn.
const EVERY: Duration = Duration::from_millis(100);

/// Shows how far a run is until it is dropped.
pub(super) struct Progress {
    /// How many files are done.
    done: Arc<AtomicUsize>,
    /// Nothing is sent: dropping it ends the waiting.
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Counts jobs as they are checked.
    pub(super) fn of(global: &Global, jobs: &mut [Job], verb: &'static str) -> Self {
        let progress = Self::counting(global, jobs.len(), verb);
        if progress.thread.is_some() {
            for job in jobs {
                job.counter = Some(Arc::clone(&progress.done));
            }
        }
        progress
    }

    /// One more file is done.
    pub(super) fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts files, where somebody sits at a terminal and there is more than one.
    pub(super) fn counting(global: &Global, files: usize, verb: &'static str) -> Self {
        let done = Arc::new(AtomicUsize::new(0));
        let is_seen = io::stderr().is_terminal() && std::env::var("TERM").as_deref() != Ok("dumb");
        if !is_seen || global.quiet || files < 2 || print::is_read_by_a_runner() {
            return Self { done, end: None, thread: None };
        }
        let (counter, signs) = (Arc::clone(&done), print::signs());
        let (end, ended) = mpsc::channel();
        let watch = move || {
            if ended.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let bar = ProgressBar::with_draw_target(Some(files as u64), ProgressDrawTarget::stderr());
            let form = "{msg} {wide_bar} {pos}/{len} files";
            bar.set_style(
                ProgressStyle::with_template(form)
                    .map_or_else(|_| ProgressStyle::default_bar(), |style| style.progress_chars(signs)),
            );
            bar.set_message(verb);
            while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                let done = counter.load(Ordering::Relaxed) as u64;
                // Fixed files are checked again.
                bar.set_length(done.max(files as u64));
                bar.set_position(done);
            }
            bar.finish_and_clear();
        };
        let thread = std::thread::Builder::new().spawn(watch).ok();
        Self { done, end: Some(end), thread }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
