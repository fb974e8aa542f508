//! Runs a program as a process of its own and reads its time and its greatest memory.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

/// How often the memory of a process is asked for. The kernel keeps the greatest value itself, so only what is taken in
/// the last moment of a process can be missed.
const INTERVAL: Duration = Duration::from_millis(5);

/// What a process took.
#[derive(Debug, Clone, Default)]
pub(super) struct Measured {
    pub(super) seconds: f64,
    /// The greatest resident memory, in MiB.
    pub(super) mebibytes: f64,
    pub(super) output: String,
}

/// A program to run.
pub(super) struct Program<'a> {
    /// What it is, for errors.
    pub(super) title: &'a str,
    pub(super) file: &'a Path,
    pub(super) arguments: Vec<PathBuf>,
    /// A file that it reads as its standard input.
    pub(super) input: Option<&'a Path>,
    /// A file that is written to the disk at the end, within the time.
    pub(super) makes: Option<&'a Path>,
    /// The folder for what it prints.
    pub(super) folder: &'a Path,
}

/// Runs the program to its end.
pub(super) fn run(program: &Program<'_>) -> Result<Measured, String> {
    let title = program.title;
    let (out, err) = (program.folder.join("stdout.txt"), program.folder.join("stderr.txt"));
    let made = |path: &Path| {
        File::create(path).map_err(|error| format!("bench: `{}`: {error}", path.display()))
    };
    let input = match program.input {
        None => Stdio::null(),
        Some(path) => Stdio::from(
            File::open(path).map_err(|error| format!("bench: `{}`: {error}", path.display()))?,
        ),
    };
    let mut command = Command::new(program.file);
    command.args(&program.arguments).stdin(input).stdout(made(&out)?).stderr(made(&err)?);
    let started = Instant::now();
    let mut child = command.spawn().map_err(|error| {
        format!("bench: {title}: `{}` cannot be started: {error}", program.file.display())
    })?;
    let over = AtomicBool::new(false);
    let status_file = PathBuf::from(format!("/proc/{}/status", child.id()));
    let (status, seconds, kibibytes) = thread::scope(|scope| {
        let watcher = scope.spawn(|| watch(&status_file, &over));
        let status = child.wait();
        if let Some(made) = program.makes {
            // Its absence is the program's failure, which its status tells.
            let _synced = File::open(made).and_then(|file| file.sync_all());
        }
        let seconds = started.elapsed().as_secs_f64();
        over.store(true, Ordering::Relaxed);
        (status, seconds, watcher.join().unwrap_or_default())
    });
    let status = status.map_err(|error| format!("bench: {title}: {error}"))?;
    if !status.success() {
        let said = fs::read_to_string(&err).unwrap_or_default();
        let last: Vec<&str> = said.lines().rev().take(5).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        return Err(format!("bench: {title}: failed ({status})\n{}", last.join("\n")));
    }
    let output = fs::read_to_string(&out).unwrap_or_default();
    Ok(Measured { seconds, mebibytes: kibibytes as f64 / 1024.0, output })
}

/// Reads the greatest resident memory of a process until it is over, in KiB.
fn watch(status: &Path, over: &AtomicBool) -> u64 {
    let mut most = 0;
    while !over.load(Ordering::Relaxed) {
        if let Ok(text) = fs::read_to_string(status) {
            most = most.max(high_water(&text).unwrap_or_default());
        }
        thread::sleep(INTERVAL);
    }
    most
}

/// Returns `VmHWM` of a `/proc/PID/status`, in KiB.
fn high_water(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Keeps the faster of two measurements, and the greater memory.
pub(super) fn better(best: Option<Measured>, new: Measured) -> Measured {
    match best {
        Some(best) if best.seconds <= new.seconds => {
            Measured { mebibytes: best.mebibytes.max(new.mebibytes), ..best }
        }
        Some(best) => Measured { mebibytes: best.mebibytes.max(new.mebibytes), ..new },
        None => new,
    }
}

/// Keeps the median of the times and the greatest memory; what was printed is the first run's.
pub(super) fn median(runs: &[Measured]) -> Measured {
    Measured {
        seconds: middle(runs.iter().map(|run| run.seconds).collect()),
        mebibytes: runs.iter().map(|run| run.mebibytes).fold(0.0, f64::max),
        output: runs.first().map(|run| run.output.clone()).unwrap_or_default(),
    }
}

/// Returns the median; of an even number of values, the greater of the two in the middle.
pub(super) fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_memory_is_read_from_the_kernels_words() {
        let status =
            "Name:\tlandfall\nVmPeak:\t  300000 kB\nVmHWM:\t   81236 kB\nVmRSS:\t 70000 kB\n";
        assert_eq!(high_water(status), Some(81_236));
        assert_eq!(high_water("Name:\tgone\n"), None);
    }

    #[test]
    fn the_faster_run_counts_and_the_greater_memory() {
        let of = |seconds, mebibytes| Measured { seconds, mebibytes, output: String::new() };
        let both = better(Some(of(2.0, 90.0)), of(1.0, 80.0));
        assert_eq!((both.seconds, both.mebibytes), (1.0, 90.0));
    }

    #[test]
    fn the_median_counts_and_the_greatest_memory() {
        let of = |seconds, mebibytes| Measured { seconds, mebibytes, output: String::new() };
        let all = median(&[of(9.0, 80.0), of(1.0, 95.0), of(2.0, 90.0)]);
        assert_eq!((all.seconds, all.mebibytes), (2.0, 95.0));
        assert_eq!(middle(vec![4.0, 1.0, 3.0, 2.0]), 3.0);
    }
}
