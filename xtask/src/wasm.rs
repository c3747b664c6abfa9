//! Where the WebAssembly toolchain comes from.
//!
//! The compiler's own wasm32 target if it is there, or if rustup can get it; otherwise Debian's
//! compiler, with a standard library built once from the sources that Debian ships with it.

use crate::system::{apt_install, cache_dir, cargo, output, root, run, run_within, target_dir};
use anyhow::{Context, Result, bail, ensure};
use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
/// The command by which cargo starts a test binary with this program.
pub(crate) const RUNNER: &str = "wasm-test-runner";
const RUSTUP_LIMIT: Duration = Duration::from_mins(2);
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const STD_SOURCE: &str = "/usr/lib/rustlib/src/rust/library";

/// A toolchain that builds for WebAssembly.
#[derive(Debug)]
pub(crate) enum Toolchain {
    /// The one on PATH, which has the target.
    Own,
    /// Debian's, with a standard library and a linker of its own.
    Debian { sysroot: PathBuf, linker: PathBuf },
}

impl Toolchain {
    pub(crate) fn find() -> Result<Self> {
        let rustup_allowed = env::var("RUSTUP_AUTO_INSTALL").map_or(true, |value| value != "0");
        let search = Search {
            forced: env::var("REPLENISH_WASM").ok().filter(|route| !route.is_empty()),
            installed: &installed,
            rustup: rustup_allowed.then(|| Command::new("rustup")),
            limit: RUSTUP_LIMIT,
        };
        match search.route()? {
            Route::Own => Ok(Self::Own),
            Route::Debian => debian(),
        }
    }

    /// `cargo SUBCOMMAND --target wasm32-unknown-unknown`, in the repository.
    pub(crate) fn cargo(&self, subcommand: &str) -> Result<Command> {
        let mut command = match self {
            Self::Own => cargo(subcommand),
            Self::Debian { sysroot, linker } => {
                let mut command = debian_cargo(subcommand);
                // Lists given here add to those of .cargo/config.toml, and may hold spaces, which
                // the environment variables for the same may not.
                command.current_dir(root());
                command.args(["--config", &setting("linker", &string(linker)?)]);
                let flag = string(Path::new(&format!("--sysroot={}", path(sysroot)?)))?;
                command.args(["--config", &setting("rustflags", &format!("[{flag}]"))]);
                command
            }
        };
        // It would replace the target's own flags.
        command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        command.args(["--locked", "--target", TARGET, "--target-dir"]).arg(target_dir()?);
        Ok(command)
    }

    /// Whether it lints by the same rules as the toolchain on PATH.
    pub(crate) fn has_clippy(&self) -> bool {
        matches!(self, Self::Own)
    }

    /// `cargo test` for WebAssembly, each test binary run by this very program.
    pub(crate) fn cargo_test(&self) -> Result<Command> {
        let mut command = self.cargo("test")?;
        let runner = format!("[{}, \"{RUNNER}\"]", string(&env::current_exe()?)?);
        command.args(["--config", &setting("runner", &runner)]);
        Ok(command)
    }
}

fn setting(key: &str, value: &str) -> String {
    format!("target.{TARGET}.{key}={value}")
}

/// A path as a TOML string; JSON's escapes are TOML's too.
fn string(file: &Path) -> Result<String> {
    Ok(serde_json::to_string(path(file)?)?)
}

fn path(file: &Path) -> Result<&str> {
    file.to_str().with_context(|| format!("{} is not UTF-8", file.display()))
}

#[derive(Debug, PartialEq, Eq)]
enum Route {
    Own,
    Debian,
}

/// Everything the choice of a route depends on.
struct Search<'a> {
    forced: Option<String>,
    installed: &'a dyn Fn() -> bool,
    /// None where rustup must not use the network.
    rustup: Option<Command>,
    limit: Duration,
}

impl Search<'_> {
    fn route(self) -> Result<Route> {
        match self.forced.as_deref() {
            Some("debian") => return Ok(Route::Debian),
            None | Some("rustup") => {}
            Some(other) => bail!("REPLENISH_WASM is `{other}`: expected `rustup` or `debian`"),
        }
        if (self.installed)() {
            return Ok(Route::Own);
        }
        if let Some(mut rustup) = self.rustup {
            println!("getting the {TARGET} target by rustup");
            let result = run_within(self.limit, rustup.args(["target", "add", TARGET]));
            if (self.installed)() {
                return Ok(Route::Own);
            }
            if let Err(error) = result {
                eprintln!("{error:#}");
            }
        }
        ensure!(self.forced.is_none(), "no {TARGET} target: {INSTALL}");
        Ok(Route::Debian)
    }
}

const INSTALL: &str = "run `rustup target add wasm32-unknown-unknown`";

/// Whether the compiler on PATH has the target.
fn installed() -> bool {
    output(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]))
        .is_ok_and(|dir| Path::new(dir.trim()).exists())
}

fn debian() -> Result<Toolchain> {
    let version = debian_rustc()?;
    // The linker of the compiler's own LLVM.
    let llvm = field(&version, "LLVM version: ")?.split('.').next().unwrap_or_default();
    let linker = PathBuf::from(format!("/usr/bin/wasm-ld-{llvm}"));
    if !linker.exists() {
        apt_install(&[&format!("lld-{llvm}")]).context(missing())?;
    }
    // One standard library for each compiler, outside every checkout.
    let name = version.lines().next().unwrap_or_default();
    let sysroot = cache_dir()?.join(format!("{}-{TARGET}", slug(name)));
    build_once(&sysroot, build_std)?;
    Ok(Toolchain::Debian { sysroot, linker })
}

/// Installs Debian's compiler unless one that can build the engine is there; what `rustc -vV` says.
fn debian_rustc() -> Result<String> {
    let version = || output(Command::new(RUSTC).env_remove("LD_LIBRARY_PATH").arg("-vV"));
    let usable = || {
        let files = [CARGO, STD_SOURCE];
        let version =
            version().ok().filter(|_| files.iter().all(|file| Path::new(file).exists()))?;
        let release = field(&version, "release: ").ok()?;
        at_least(release, env!("CARGO_PKG_RUST_VERSION")).then_some(version)
    };
    if let Some(version) = usable() {
        return Ok(version);
    }
    apt_install(&["rustc-web", "cargo-web", "rust-web-src"]).context(missing())?;
    usable().with_context(|| {
        let release = version().unwrap_or_default();
        let release = release.lines().next().unwrap_or("none");
        let wanted = env!("CARGO_PKG_RUST_VERSION");
        format!("{}: Debian's compiler is `{release}`, expected {wanted} or later", missing())
    })
}

fn missing() -> String {
    format!("no {TARGET} target: {INSTALL}")
}

fn field<'a>(version: &'a str, name: &str) -> Result<&'a str> {
    let value = version.lines().find_map(|line| line.strip_prefix(name));
    value.with_context(|| format!("no `{name}` in what `rustc -vV` says"))
}

/// Compares versions number by number.
pub(crate) fn at_least(version: &str, minimum: &str) -> bool {
    let numbers = |text: &str| -> Vec<u32> {
        text.split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect()
    };
    numbers(version) >= numbers(minimum)
}

/// `rustc 1.96.0 (built from a source tarball)` as the name of a directory.
fn slug(version: &str) -> String {
    let words = version.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

/// Has `build` fill a directory that becomes `dir` whole or not at all, one process at a time.
fn build_once(dir: &Path, build: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    if dir.exists() {
        return Ok(());
    }
    fs::create_dir_all(dir.parent().context("a cache has a parent")?)?;
    // The system gives the lock up when its holder ends, however it ends.
    let lock = File::create(with_suffix(dir, ".lock"))?;
    lock.lock()?;
    if dir.exists() {
        return Ok(()); // the process that had the lock has built it
    }
    let fresh = with_suffix(dir, ".building");
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?; // of a build that was ended midway
    }
    fs::create_dir_all(&fresh)?;
    build(&fresh)?;
    fs::rename(&fresh, dir)?;
    Ok(())
}

fn with_suffix(dir: &Path, suffix: &str) -> PathBuf {
    let mut name = dir.as_os_str().to_os_string();
    name.push(suffix);
    name.into()
}

/// The standard library of Debian's compiler: its own `-Zbuild-std`, of an empty crate.
fn build_std(sysroot: &Path) -> Result<()> {
    println!("building the {TARGET} standard library, once");
    let work = sysroot.join("work");
    fs::create_dir_all(work.join("src"))?;
    fs::write(work.join("src/lib.rs"), "#![no_std]")?;
    fs::write(work.join("Cargo.toml"), EMPTY_CRATE)?;
    run(debian_cargo("build")
        .current_dir(&work)
        .env("RUSTC_BOOTSTRAP", "1")
        // The crates that the standard library is built on lie beside it: no registry is asked.
        .args(["--config", "source.crates-io.replace-with=\"vendor\""])
        .args(["--config", &format!("source.vendor.directory=\"{STD_SOURCE}/vendor\"")])
        // Without bitcode in it, the engine could not be optimised together with it.
        .args(["--config", &setting("rustflags", "[\"-Cembed-bitcode=yes\"]")])
        .args(["--release", "--offline", "-Zbuild-std=std,panic_abort,test", "--target", TARGET])
        .arg("--target-dir")
        .arg(work.join("target"))
        .env("CARGO_BUILD_BUILD_DIR", work.join("target")))?;
    let libs = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    fs::create_dir_all(&libs)?;
    let mut copied = 0;
    for file in fs::read_dir(work.join("target").join(TARGET).join("release/deps"))? {
        let file = file?.path();
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if file.extension().is_some_and(|kind| kind == "rlib") && !name.starts_with("libempty-") {
            fs::copy(&file, libs.join(name))?;
            copied += 1;
        }
    }
    ensure!(copied > 0, "cargo built no standard library");
    fs::remove_dir_all(&work)?;
    Ok(())
}

const EMPTY_CRATE: &str = "\
[package]
name = \"empty\"
edition = \"2024\"
[profile.release]
panic = \"abort\"
codegen-units = 1
[workspace]
";

/// Debian's cargo and compiler, unaware of the toolchain that started this program.
fn debian_cargo(subcommand: &str) -> Command {
    let mut command = Command::new(CARGO);
    command.arg(subcommand).env("RUSTC", RUSTC).env("RUSTDOC", "/usr/bin/rustdoc");
    for other in ["LD_LIBRARY_PATH", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(other);
    }
    command
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::{cell::Cell, thread, time::Instant};

    /// A rustup that does what the shell is told; `exec` leaves nobody behind when it is ended.
    fn rustup(script: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]);
        shell
    }

    fn search(rustup: Option<Command>, installed: &dyn Fn() -> bool) -> Search<'_> {
        Search { forced: None, installed, rustup, limit: Duration::from_millis(200) }
    }

    fn forced<'a>(route: &str, search: Search<'a>) -> Search<'a> {
        Search { forced: Some(route.into()), ..search }
    }

    #[test]
    fn uses_a_target_that_is_there_without_asking_rustup() {
        let dir = tempfile::tempdir().unwrap();
        let called = dir.path().join("called");
        let script = format!("touch {}", called.display());
        assert_eq!(search(Some(rustup(&script)), &|| true).route().unwrap(), Route::Own);
        assert!(!called.exists());
        search(Some(rustup(&script)), &|| false).route().unwrap();
        assert!(called.exists(), "the script does not tell a call");
    }

    #[test]
    fn uses_a_target_that_rustup_has_added() {
        let asked = Cell::new(0);
        let second_time = || asked.replace(asked.get() + 1) > 0;
        assert_eq!(search(Some(rustup("exit 0")), &second_time).route().unwrap(), Route::Own);
    }

    #[test]
    fn falls_back_when_rustup_hangs_fails_is_missing_or_not_allowed() {
        let begin = Instant::now();
        let missing = Some(Command::new("/nowhere/rustup"));
        let hanging = Some(rustup("exec sleep 600"));
        for rustup in [hanging, Some(rustup("exit 1")), missing, None] {
            assert_eq!(search(rustup, &|| false).route().unwrap(), Route::Debian);
        }
        assert!(begin.elapsed() < Duration::from_mins(1), "waited for a hanging rustup");
    }

    #[test]
    fn a_forced_route_is_the_only_one() {
        let route =
            |name, installed: &dyn Fn() -> bool| forced(name, search(None, installed)).route();
        assert_eq!(route("debian", &|| true).unwrap(), Route::Debian);
        assert_eq!(route("rustup", &|| true).unwrap(), Route::Own);
        let error = route("rustup", &|| false).unwrap_err().to_string();
        assert!(error.contains("run `rustup target add wasm32-unknown-unknown`"), "{error}");
        let error = route("nix", &|| true).unwrap_err().to_string();
        assert_eq!(error, "REPLENISH_WASM is `nix`: expected `rustup` or `debian`");
    }

    #[test]
    fn reads_what_the_compiler_says_of_itself() {
        let version =
            "rustc 1.96.0 (built from a source tarball)\nrelease: 1.96.0\nLLVM version: 22.1.8\n";
        assert_eq!(field(version, "release: ").unwrap(), "1.96.0");
        assert_eq!(field(version, "LLVM version: ").unwrap(), "22.1.8");
        assert!(field(version, "host: ").is_err());
        assert_eq!(
            slug(version.lines().next().unwrap()),
            "rustc-1.96.0-built-from-a-source-tarball"
        );
    }

    #[test]
    fn compares_versions_by_number() {
        for (version, minimum, expected) in [
            ("1.96.0", "1.95", true),
            ("1.95.0", "1.95", true),
            ("1.100.0-nightly", "1.95", true),
            ("1.85.0", "1.95", false),
            ("0.99", "1.0", false),
            ("", "1.95", false),
        ] {
            assert_eq!(at_least(version, minimum), expected, "{version} against {minimum}");
        }
    }

    #[test]
    fn a_failed_build_leaves_nothing_and_a_finished_one_is_not_repeated() {
        let cache = tempfile::tempdir().unwrap();
        let dir = cache.path().join("inner/rust-1.0");
        build_once(&dir, |fresh| {
            fs::write(fresh.join("half"), "")?;
            bail!("no more disk")
        })
        .unwrap_err();
        assert!(!dir.exists());
        build_once(&dir, |fresh| {
            assert!(!fresh.join("half").exists(), "kept a half of the failed build");
            Ok(fs::write(fresh.join("whole"), "")?)
        })
        .unwrap();
        assert!(dir.join("whole").exists());
        build_once(&dir, |_| bail!("built twice")).unwrap();
    }

    #[test]
    fn two_builds_at_once_build_once() {
        let cache = tempfile::tempdir().unwrap();
        let dir = cache.path().join("rust-1.0");
        let slow = |fresh: &Path| -> Result<()> {
            fs::write(fresh.join("begun"), "")?;
            thread::sleep(Duration::from_millis(200));
            Ok(fs::rename(fresh.join("begun"), fresh.join("ended"))?)
        };
        let built = thread::scope(|scope| {
            let builders: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        let mut built = false;
                        build_once(&dir, |fresh| {
                            built = true;
                            slow(fresh)
                        })
                        .unwrap();
                        assert!(dir.join("ended").exists(), "went on with a half-built library");
                        built
                    })
                })
                .collect();
            builders.into_iter().filter_map(|builder| builder.join().unwrap().then_some(())).count()
        });
        assert_eq!(built, 1);
    }
}
