//! The machine the build runs on: its programs, its directories, its package manager.

use anyhow::{Context, Result, bail, ensure};
use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The repository.
pub(crate) fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

pub(crate) fn target_dir() -> Result<PathBuf> {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => Ok(std::path::absolute(dir)?),
        None => Ok(root().join("target")),
    }
}

/// Where what is built once for all checkouts stays.
pub(crate) fn cache_dir() -> Result<PathBuf> {
    let cache = match env::var_os("XDG_CACHE_HOME").filter(|dir| !dir.is_empty()) {
        Some(dir) => std::path::absolute(dir)?,
        None => env::home_dir().context("no home directory: set XDG_CACHE_HOME")?.join(".cache"),
    };
    Ok(cache.join("replenish"))
}

/// The cargo that started this tool, in the repository.
pub(crate) fn cargo(subcommand: &str) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.current_dir(root()).arg(subcommand);
    cargo
}

pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| cannot_start(command))?;
    succeeded(command, status)
}

/// Runs a command, shows what it prints as it comes, and returns the lines to keep.
pub(crate) fn run_keeping(
    command: &mut Command,
    keep: impl Fn(&str) -> bool,
) -> Result<Vec<String>> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| cannot_start(command))?;
    let mut kept = Vec::new();
    for line in child.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines) {
        let line = line?;
        println!("{line}");
        if keep(&line) {
            kept.push(line);
        }
    }
    succeeded(command, child.wait()?)?;
    Ok(kept)
}

/// Runs a command that may wait for a network, and ends it at the limit.
pub(crate) fn run_within(limit: Duration, command: &mut Command) -> Result<()> {
    let mut child = command.spawn().with_context(|| cannot_start(command))?;
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return succeeded(command, status);
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            bail!("`{}` was stopped after {limit:?}", shown(command));
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// What a command prints.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| cannot_start(command))?;
    succeeded(command, output.status)
        .with_context(|| String::from_utf8_lossy(&output.stderr).trim().to_string())?;
    Ok(String::from_utf8(output.stdout)?)
}

/// The machine's own target.
pub(crate) fn host_target() -> Result<String> {
    Ok(output(Command::new("rustc").args(["--print", "host-tuple"]))?.trim().to_string())
}

/// The first of `names` that is a program on PATH.
pub(crate) fn program(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let dirs: Vec<PathBuf> = env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| dirs.iter().map(move |dir| dir.join(name)))
        .map(|file| file.with_extension(env::consts::EXE_EXTENSION))
        .find(|file| file.is_file())
}

/// Installs Debian packages, or says why it cannot.
pub(crate) fn apt_install(packages: &[&str]) -> Result<()> {
    ensure!(debian(), "this is not Debian");
    ensure!(superuser(), "only root can install `{}`", packages.join(" "));
    println!("installing {} with apt", packages.join(" "));
    let apt_get = |limit, arguments: &[&str]| {
        // Another installation may be under way; a dead mirror must not hold the build.
        let options = ["-qq", "-o", "DPkg::Lock::Timeout=600", "-o", "Acquire::http::Timeout=30"];
        let options = options.into_iter().chain(["-o", "Dpkg::Use-Pty=0"]);
        run_within(
            Duration::from_secs(limit),
            Command::new("apt-get")
                .env("DEBIAN_FRONTEND", "noninteractive")
                .args(options)
                .args(arguments),
        )
    };
    // The list of packages may be older than the archive; without a network it has to do.
    if let Err(error) = apt_get(300, &["update"]) {
        eprintln!("{error:#}: going on with the old list of packages");
    }
    apt_get(1200, &[&["install", "-y", "--no-install-recommends"], packages].concat())
}

fn debian() -> bool {
    program(&["apt-get"]).is_some() && Path::new("/etc/debian_version").exists()
}

#[cfg(unix)]
fn superuser() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

#[cfg(not(unix))]
fn superuser() -> bool {
    false
}

/// Writes a report as JSON, for programs.
pub(crate) fn write_json(file: &Path, value: &serde_json::Value) -> Result<()> {
    fs::write(file, format!("{value:#}\n"))
        .with_context(|| format!("cannot write {}", file.display()))
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    ensure!(status.success(), "`{}` failed: {status}", shown(command));
    Ok(())
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start `{}`", shown(command))
}

/// The command as one would type it, without its environment.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    let words = std::iter::once(name).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn ends_a_command_at_its_limit() {
        let begin = Instant::now();
        let error =
            run_within(Duration::from_millis(100), Command::new("sleep").arg("60")).unwrap_err();
        assert!(begin.elapsed() < Duration::from_secs(20), "waited for the command");
        assert!(error.to_string().contains("`sleep 60` was stopped"), "{error}");
    }

    #[test]
    fn names_the_command_that_failed() {
        let minute = Duration::from_mins(1);
        assert!(run_within(minute, &mut Command::new("true")).is_ok());
        let error = run_within(minute, &mut Command::new("false")).unwrap_err();
        assert!(error.to_string().starts_with("`false` failed"), "{error}");
        let error = run(&mut Command::new("/nowhere/no-such-program")).unwrap_err();
        assert!(error.to_string().starts_with("cannot start `no-such-program`"), "{error}");
        let error = output(Command::new("sh").args(["-c", "echo why >&2; exit 3"])).unwrap_err();
        assert_eq!(error.to_string(), "why");
        assert_eq!(output(Command::new("echo").arg("text")).unwrap(), "text\n");
    }

    #[test]
    fn keeps_the_lines_that_are_wanted() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "echo some; echo more; echo less"]);
        let kept = run_keeping(&mut shell, |line| line != "more").unwrap();
        assert_eq!(kept, ["some", "less"]);
        assert!(run_keeping(&mut Command::new("false"), |_| true).is_err());
    }

    #[test]
    fn finds_the_first_program_there_is() {
        let shell = program(&["no-such-program", "sh"]).unwrap();
        assert!(shell.ends_with("sh") && shell.is_absolute());
        assert_eq!(program(&["no-such-program"]), None);
    }
}
