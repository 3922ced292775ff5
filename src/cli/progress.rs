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
    /// Nothing is sent: dropping it ends the waiting.
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Watches the jobs, where somebody sits at a terminal and there is more than one.
    pub(super) fn of(global: &Global, jobs: &mut [Job], verb: &'static str) -> Self {
        let idle = Self { end: None, thread: None };
        let is_seen = io::stderr().is_terminal() && std::env::var("TERM").as_deref() != Ok("dumb");
        if !is_seen || global.quiet || jobs.len() < 2 || print::is_read_by_a_runner() {
            return idle;
        }
        let counter = Arc::new(AtomicUsize::new(0));
        for job in &mut *jobs {
            job.counter = Some(Arc::clone(&counter));
        }
        let (files, signs) = (jobs.len(), print::signs());
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
        Self { end: Some(end), thread }
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
