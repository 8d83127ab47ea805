//! The rows of one process, as runs end.

use crate::error::{Error, Problem};
use crate::record::Row;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// What rows are appended to.
pub trait Storage {
    /// Appends all of it, and has it on the disk.
    ///
    /// # Errors
    /// It cannot, or not whole.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Cuts off what is beyond `length` bytes.
    ///
    /// # Errors
    /// It cannot.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

impl Storage for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)?;
        self.sync_data()
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }
}

/// A file of rows to which one process appends. A row is there whole or not at all.
#[derive(Debug)]
pub struct PartLog<S = File> {
    path: PathBuf,
    storage: S,
    length: u64,
}

impl PartLog {
    /// Opens or makes the file. A last row without its end, left by a process that was killed while it wrote,
    /// is cut off. With `alone`, no other process may have it open.
    ///
    /// # Errors
    /// One problem that names the file.
    pub fn open(path: &Path, alone: bool) -> Result<Self, Error> {
        let failed = |error: &io::Error| Error::from(unwritable(path, error));
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .map_err(|error| failed(&error))?;
        // Where locks are not to be had, no harm is done without.
        if alone && matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            let why = "another process is working on this share of the sweep";
            let help = "wait for it, or give each process a share of its own with --shard";
            return Err(Problem::of(path.display(), why, help).into());
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .map_err(|error| failed(&error))?;
        let whole = bytes
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |end| end + 1);
        Self::of(path, file, whole as u64, bytes.len() as u64)
    }
}

impl<S: Storage> PartLog<S> {
    /// A storage that holds `length` bytes, `whole` of them whole rows.
    fn of(path: &Path, mut storage: S, whole: u64, length: u64) -> Result<Self, Error> {
        if whole < length {
            storage
                .cut(whole)
                .map_err(|error| unwritable(path, &error))?;
        }
        Ok(Self {
            path: path.to_owned(),
            storage,
            length: whole,
        })
    }

    /// Appends a row.
    ///
    /// # Errors
    /// It cannot be written; what was there before is as it was.
    pub fn append(&mut self, row: &Row) -> Result<(), Error> {
        let line = row.to_line();
        let line = line.map_err(|error| Error::failed("a row cannot be written", error, ""))?;
        if let Err(error) = self.storage.append(&line) {
            // Best effort: a torn row is cut off at the next start as well.
            let _ = self.storage.cut(self.length);
            return Err(Error::failed(
                format!("{} cannot be written", self.path.display()),
                error,
                "what was finished is kept; make room, then start the sweep again: it does what is missing",
            ));
        }
        self.length += line.len() as u64;
        Ok(())
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Problem {
    Problem::of(
        path.display(),
        format!("cannot be written: {error}"),
        "name a folder that can be written with --out",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::summary::Score;

    fn row(run: usize) -> Row {
        Row {
            run,
            point: serde_json::Map::new(),
            die_seed: None,
            seed: 0,
            config_hash: String::new(),
            score: Score::Accuracy,
            accuracy: None,
            test_images: 0,
            queries: 0,
            memory_estimate_bytes: None,
            error: Some("x".into()),
            elapsed_s: 0.0,
        }
    }

    /// A disk with room for so many bytes.
    struct Disk {
        bytes: Vec<u8>,
        room: usize,
    }

    impl Storage for Disk {
        fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
            let fits = bytes.len().min(self.room - self.bytes.len());
            self.bytes.extend_from_slice(&bytes[..fits]);
            if fits < bytes.len() {
                return Err(io::ErrorKind::StorageFull.into());
            }
            Ok(())
        }

        fn cut(&mut self, length: u64) -> io::Result<()> {
            self.bytes.truncate(length as usize);
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_leaves_whole_rows_and_takes_more_when_there_is_room() {
        let one = row(0).to_line().unwrap().len();
        let disk = Disk {
            bytes: Vec::new(),
            room: 2 * one + one / 2,
        };
        let mut log = PartLog::of(Path::new("p.jsonl"), disk, 0, 0).unwrap();
        log.append(&row(0)).unwrap();
        log.append(&row(1)).unwrap();
        let error = log.append(&row(2)).unwrap_err().report();
        assert!(error.starts_with("p.jsonl cannot be written: "), "{error}");
        assert!(error.contains("what was finished is kept"), "{error}");
        assert_eq!(log.storage.bytes.len(), 2 * one);
        log.storage.room = 1000;
        log.append(&row(2)).unwrap();
        let text = String::from_utf8(log.storage.bytes).unwrap();
        let runs: Vec<_> = Row::read_lines(&text)
            .unwrap()
            .iter()
            .map(|row| row.run)
            .collect();
        assert_eq!(runs, [0, 1, 2]);
    }

    #[test]
    fn a_torn_row_is_cut_off_and_the_next_one_stands_on_its_own_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.jsonl");
        let mut torn = row(0).to_line().unwrap();
        torn.extend_from_slice(b"{\"run\":1,\"po");
        std::fs::write(&path, torn).unwrap();
        let mut log = PartLog::open(&path, true).unwrap();
        log.append(&row(1)).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let runs: Vec<_> = Row::read_lines(&text)
            .unwrap()
            .iter()
            .map(|row| row.run)
            .collect();
        assert_eq!(runs, [0, 1]);
    }

    #[test]
    fn two_processes_do_not_share_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.jsonl");
        let first = PartLog::open(&path, true).unwrap();
        let error = PartLog::open(&path, true).unwrap_err().report();
        assert!(error.contains("another process is working on"), "{error}");
        drop(first);
        PartLog::open(&path, true).unwrap();
    }
}
