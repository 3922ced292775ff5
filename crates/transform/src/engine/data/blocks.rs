//! Files of lines, read in blocks that are worked on by all cores.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};

use super::shown_path;

/// How many bytes are taken apart at once.
const BLOCK: usize = 4 << 20;

/// Takes a file apart block by block, on all cores, and takes what became of the blocks in their order.
pub(super) fn each_block<T: Send>(
    path: &Path,
    parse: impl Fn(String) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), String>,
) -> Result<(), String> {
    let shown = shown_path(path);
    let file = File::open(path).map_err(|error| format!("cannot read `{shown}`: {error}"))?;
    let mut blocks = Blocks { file, shown: &shown, rest: Vec::new(), lines: 0, ended: false };
    let Some(first) = blocks.next()? else { return Ok(()) };
    if blocks.ended {
        // A file of one block is not worth other threads.
        return take(parse(first));
    }
    let most = rayon::current_num_threads() + 1;
    rayon::in_place_scope(|scope| {
        let mut running: VecDeque<Receiver<T>> = VecDeque::new();
        let mut next = Some(first);
        loop {
            while running.len() < most
                && let Some(block) = next.take()
            {
                let (done, receiver) = channel();
                let parse = &parse;
                scope.spawn(move |_| drop(done.send(parse(block))));
                running.push_back(receiver);
                next = blocks.next()?;
            }
            let Some(oldest) = running.pop_front() else { return Ok(()) };
            take(oldest.recv().map_err(|_| format!("`{shown}` could not be read to its end"))?)?;
        }
    })
}

/// The blocks of a file, each of whole lines.
struct Blocks<'f> {
    file: File,
    shown: &'f str,
    rest: Vec<u8>,
    /// How many lines were in the blocks so far.
    lines: usize,
    ended: bool,
}

impl Blocks<'_> {
    fn next(&mut self) -> Result<Option<String>, String> {
        let mut bytes = std::mem::take(&mut self.rest);
        while !self.ended {
            let from = bytes.len();
            let wanted = u64::try_from(BLOCK).unwrap_or(u64::MAX);
            bytes.reserve(BLOCK);
            let read = (&mut self.file).take(wanted).read_to_end(&mut bytes);
            if read.map_err(|error| format!("cannot read `{}`: {error}", self.shown))? < BLOCK {
                self.ended = true;
                break;
            }
            // A line may be longer than a block.
            if let Some(end) = memchr::memrchr(b'\n', &bytes[from..]) {
                self.rest = bytes.split_off(from + end + 1);
                break;
            }
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = self.lines + memchr::memchr_iter(b'\n', valid).count() + 1;
            format!("{}:{line}: this is not valid UTF-8", self.shown)
        })?;
        self.lines += memchr::memchr_iter(b'\n', text.as_bytes()).count();
        Ok(Some(text))
    }
}
