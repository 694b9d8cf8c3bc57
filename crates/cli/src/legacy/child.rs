//! The child process that reads a workbook: both ends of its pipes.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use jixiao_workbook::Workbook;

use super::wire::Reply;

/// The hidden command under which this program is the child.
pub(crate) const COMMAND: &str = "--read-legacy-workbooks";
/// How long one file may take, on a machine that has much else to do.
pub(super) const SECONDS: u64 = 60;
/// Memory the child may take, on systems that can bound it.
#[cfg(unix)]
const MEMORY: u64 = 256 << 20;
/// The longest reply that is taken.
const REPLY: u64 = 1 << 30;

/// Why a child gave no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    /// It has ended.
    Gone,
    /// It took too long.
    Slow,
}

/// A child that waits for files. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Reader {
    child: Child,
    files: ChildStdin,
    replies: Receiver<Vec<u8>>,
}

impl Reader {
    pub(crate) fn start(program: &Path, command: &str) -> io::Result<Self> {
        let mut child = Command::new(program)
            .arg(command)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // Nobody reads what it says when it dies, and saying it takes long.
            .env("RUST_BACKTRACE", "0")
            .spawn()?;
        let (Some(files), Some(mut output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("a child process without pipes"));
        };
        let (sender, replies) = channel();
        std::thread::spawn(move || {
            while let Ok(Some(reply)) = message(&mut output, REPLY) {
                if sender.send(reply).is_err() {
                    break;
                }
            }
        });
        Ok(Self { child, files, replies })
    }

    /// The child's reply to a file.
    pub(crate) fn ask(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Silence> {
        use std::sync::mpsc::RecvTimeoutError as Wait;
        send(&mut self.files, bytes).map_err(|_| Silence::Gone)?;
        self.replies.recv_timeout(Duration::from_secs(SECONDS)).map_err(|error| match error {
            Wait::Timeout => Silence::Slow,
            Wait::Disconnected => Silence::Gone,
        })
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing of it stays.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The child's side: answers files until there are no more.
pub(crate) fn serve(files: &mut dyn Read, replies: &mut dyn Write) -> u8 {
    serve_each(files, replies, |bytes| serde_json::to_vec(&Reply::of(Workbook::open_legacy(bytes))).ok())
}

/// Answers messages one by one, under a memory limit, until there are no more, or no answer.
pub(crate) fn serve_each(
    messages: &mut dyn Read,
    replies: &mut dyn Write,
    answer: impl Fn(Vec<u8>) -> Option<Vec<u8>>,
) -> u8 {
    // Where memory cannot be bounded, the file still stops no process but this one.
    #[cfg(unix)]
    {
        drop(rlimit::Resource::AS.set(MEMORY, MEMORY));
        drop(rlimit::Resource::CORE.set(0, 0));
    }
    while let Ok(Some(bytes)) = message(messages, u64::MAX) {
        let sent = answer(bytes).map(|reply| send(replies, &reply));
        if !matches!(sent, Some(Ok(()))) {
            return 1;
        }
    }
    0
}

fn send(stream: &mut (impl Write + ?Sized), bytes: &[u8]) -> io::Result<()> {
    stream.write_all(&(bytes.len() as u64).to_le_bytes())?;
    stream.write_all(bytes)?;
    stream.flush()
}

/// One message; `None` at the stream's end.
fn message(stream: &mut (impl Read + ?Sized), limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut head = [0; 8];
    match stream.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = u64::from_le_bytes(head);
    let mut bytes = Vec::new();
    let room = usize::try_from(length).ok().filter(|_| length <= limit);
    bytes
        .try_reserve_exact(room.ok_or(io::ErrorKind::OutOfMemory)?)
        .map_err(|_| io::ErrorKind::OutOfMemory)?;
    stream.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(Some(bytes)) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
