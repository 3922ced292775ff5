//! Writing files: whole or not at all, through links, and into devices.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Once, PoisonError, RwLock};

use super::Error;
use crate::discover;

/// Held while a file is being written, and taken whole by the signal that ends the program.
static WRITING: RwLock<()> = RwLock::new(());

/// The exit code of a program that SIGINT has ended, by the custom of shells.
const INTERRUPTED: i32 = 130;

/// Writes a file whole or not at all: to a temporary file beside it, which then takes its name. A link is followed: what it
/// points to is written, and keeps its permissions. What is not a regular file, such as a device or a named pipe, is opened and
/// written.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Error> {
    attempt(path, text.as_bytes()).map_err(|error| Error::Unwritable(discover::display(path), error))
}

/// Writes a page, which can be made again at any time: to a temporary file beside it, which then takes its name. Unlike
/// [`write()`], it does not wait for the disk, which takes longer than making a page.
pub(super) fn write_page(path: &Path, text: &str) -> Result<(), Error> {
    let attempt = || {
        finish_before_signals();
        let _writing = WRITING.read().unwrap_or_else(PoisonError::into_inner);
        let mut name = std::ffi::OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(format!(".{}.new", std::process::id()));
        let temporary = path.with_file_name(name);
        // Whatever has this name already is of others.
        let open = || OpenOptions::new().write(true).create_new(true).open(&temporary);
        let mut file = match (open(), path.parent()) {
            // Most pages lie in a folder that is there.
            (Err(error), Some(parent)) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(parent)?;
                open()?
            }
            (opened, _) => opened?,
        };
        let written = file.write_all(text.as_bytes());
        drop(file);
        let done = written.and_then(|()| fs::rename(&temporary, path));
        if done.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        done
    };
    attempt().map_err(|error| Error::Unwritable(discover::display(path), error))
}

/// Whether a path is there and is neither a regular file nor a folder, such as a device or a named pipe. Nothing is asked of
/// such a file before it is written: it may have no end.
pub(super) fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|facts| !facts.is_file() && !facts.is_dir())
}

fn attempt(path: &Path, bytes: &[u8]) -> io::Result<()> {
    finish_before_signals();
    let _writing = WRITING.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(stream) = stream(path) {
        return match stream {
            Stream::Output => io::stdout().lock().write_all(bytes),
            Stream::Error => io::stderr().lock().write_all(bytes),
        };
    }
    if is_special(path) {
        return OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent)?;
    }
    let mut file = atomic_write_file::AtomicWriteFile::open(followed(path)?)?;
    file.write_all(bytes)?;
    file.commit()
}

/// The streams that have names among the files.
enum Stream {
    Output,
    Error,
}

/// Opening these anew would write over what the stream has got already, where it goes to a file.
fn stream(path: &Path) -> Option<Stream> {
    if !cfg!(unix) {
        return None;
    }
    match path.to_str()? {
        "/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1" => Some(Stream::Output),
        "/dev/stderr" | "/dev/fd/2" | "/proc/self/fd/2" => Some(Stream::Error),
        _ => None,
    }
}

/// The file that a path means, all links followed. Where a link points to nothing, the file that it names.
fn followed(path: &Path) -> io::Result<std::path::PathBuf> {
    let mut path = path.to_owned();
    // As many links as Linux follows.
    for _ in 0..40 {
        if !fs::symlink_metadata(&path).is_ok_and(|facts| facts.is_symlink()) {
            return Ok(path);
        }
        let target = fs::read_link(&path)?;
        path = path.parent().map_or_else(|| target.clone(), |parent| parent.join(&target));
    }
    Err(io::Error::other("too many levels of symbolic links"))
}

/// Lets what is being written be finished when a signal ends the program, so that no temporary file is left after. Asked for
/// before the first file is written: until then, a signal ends the program at once.
fn finish_before_signals() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let end = || {
            let _all = WRITING.write().unwrap_or_else(PoisonError::into_inner);
            #[expect(clippy::exit, reason = "interrupted")]
            std::process::exit(INTERRUPTED);
        };
        // Where no handler can be set, a signal ends the program as ever.
        let _ = ctrlc::set_handler(end);
    });
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_link_is_followed_and_the_mode_kept() {
        let dir = tempfile::tempdir().unwrap();
        let (real, near, far) =
            (dir.path().join("a/real"), dir.path().join("near"), dir.path().join("a/far"));
        fs::create_dir(dir.path().join("a")).unwrap();
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("real", &far).unwrap();
        symlink("a/far", &near).unwrap();
        attempt(&near, b"new").unwrap();
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(
            fs::symlink_metadata(&near).unwrap().is_symlink()
                && fs::symlink_metadata(&far).unwrap().is_symlink()
        );
        assert_eq!(
            fs::read_dir(dir.path()).unwrap().count() + fs::read_dir(dir.path().join("a")).unwrap().count(),
            4
        );
    }

    #[test]
    fn a_link_to_nothing_makes_the_file_and_a_circle_is_reported() {
        let dir = tempfile::tempdir().unwrap();
        symlink("made", dir.path().join("link")).unwrap();
        attempt(&dir.path().join("link"), b"x").unwrap();
        assert_eq!(fs::read_to_string(dir.path().join("made")).unwrap(), "x");
        symlink("b", dir.path().join("a")).unwrap();
        symlink("a", dir.path().join("b")).unwrap();
        assert!(attempt(&dir.path().join("a"), b"x").is_err());
    }

    #[test]
    fn a_device_is_written_and_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        symlink("/dev/null", dir.path().join("null")).unwrap();
        attempt(&dir.path().join("null"), b"x").unwrap();
        attempt(Path::new("/dev/null"), b"x").unwrap();
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
        assert!(fs::symlink_metadata(dir.path().join("null")).unwrap().is_symlink());
        assert!(is_special(Path::new("/dev/null")) && !is_special(dir.path()));
    }
}
