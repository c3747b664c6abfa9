//! Where the WebAssembly toolchain comes from.
//!
//! The compiler's own wasm32 target if it is there, or if rustup can get it; otherwise Debian's
//! compiler, with a standard library built once from the sources that Debian ships with it.

use crate::{
    debian::Debian,
    system::{cargo, output, root, run_within, target_dir},
};
use anyhow::{Context, Result, bail, ensure};
use std::{env, path::Path, process::Command, time::Duration};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
/// The command by which cargo starts a test binary with this program.
pub(crate) const RUNNER: &str = "wasm-test-runner";
const RUSTUP_LIMIT: Duration = Duration::from_mins(2);

/// A toolchain that builds for WebAssembly.
#[derive(Debug)]
pub(crate) enum Toolchain {
    /// The one on PATH, which has the target.
    Own,
    Debian(Debian),
}

impl Toolchain {
    pub(crate) fn find() -> Result<Self> {
        let rustup_allowed = env::var("RUSTUP_AUTO_INSTALL").map_or(true, |value| value != "0");
        let search = Search {
            forced: env::var("REPLENISH_WASM").ok().filter(|route| !route.is_empty()),
            installed: &installed,
            debian_ready: &Debian::is_ready,
            rustup: rustup_allowed.then(|| Command::new("rustup")),
            limit: RUSTUP_LIMIT,
        };
        match search.route()? {
            Route::Own => Ok(Self::Own),
            Route::Debian => Ok(Self::Debian(Debian::prepare()?)),
        }
    }

    /// `cargo SUBCOMMAND --target wasm32-unknown-unknown`, in the repository.
    pub(crate) fn cargo(&self, subcommand: &str) -> Result<Command> {
        let mut command = match self {
            Self::Own => cargo(subcommand),
            Self::Debian(debian) => debian.cargo(subcommand)?,
        };
        command.current_dir(root());
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

/// A setting of the target for `cargo --config`.
pub(crate) fn setting(key: &str, value: &str) -> String {
    format!("target.{TARGET}.{key}={value}")
}

/// A path as a TOML string; JSON's escapes are TOML's too.
pub(crate) fn string(file: &Path) -> Result<String> {
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
    debian_ready: &'a dyn Fn() -> bool,
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
        // Rustup failed here before; asking again could cost every build its time limit.
        if self.forced.is_none() && (self.debian_ready)() {
            return Ok(Route::Debian);
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

/// What to do where there is no way to build for WebAssembly.
pub(crate) fn missing() -> String {
    format!("no {TARGET} target: {INSTALL}")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::{cell::Cell, time::Instant};

    /// A rustup that does what the shell is told; `exec` leaves nobody behind when it is ended.
    fn rustup(script: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]);
        shell
    }

    fn search(rustup: Option<Command>, installed: &dyn Fn() -> bool) -> Search<'_> {
        let limit = Duration::from_mins(1);
        Search { forced: None, installed, debian_ready: &|| false, rustup, limit }
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
            let limit = Duration::from_secs(2);
            let search = Search { limit, ..search(rustup, &|| false) };
            assert_eq!(search.route().unwrap(), Route::Debian);
        }
        assert!(begin.elapsed() < Duration::from_mins(1), "waited for a hanging rustup");
    }

    #[test]
    fn asks_rustup_once_only() {
        let dir = tempfile::tempdir().unwrap();
        let called = dir.path().join("called");
        let rustup = rustup(&format!("touch {}", called.display()));
        let search = Search { debian_ready: &|| true, ..search(Some(rustup), &|| false) };
        assert_eq!(search.route().unwrap(), Route::Debian);
        assert!(!called.exists());
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
}
