//! Debian's Rust toolchain, for a machine where rustup cannot get the WebAssembly target: its
//! compiler, the linker of the same LLVM, and a standard library built once from the sources that
//! Debian ships with the compiler. From then on builds are entirely ordinary.

use crate::{
    system::{apt_install, cache_dir, output, run},
    wasm::{TARGET, missing, setting, string},
};
use anyhow::{Context, Result, ensure};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const STD_SOURCE: &str = "/usr/lib/rustlib/src/rust/library";
const MINIMUM: &str = env!("CARGO_PKG_RUST_VERSION");

/// A compiler, a linker and a standard library that build for WebAssembly together.
#[derive(Debug)]
pub(crate) struct Debian {
    sysroot: PathBuf,
    linker: PathBuf,
}

impl Debian {
    /// Installs and builds what is not there yet.
    pub(crate) fn prepare() -> Result<Self> {
        let version = prepare_compiler()?;
        let debian = Self::of(&version)?;
        if !debian.linker.exists() {
            apt_install(&[&format!("lld-{}", llvm_major(&version)?)]).context(missing())?;
        }
        build_once(&debian.sysroot, build_std)?;
        Ok(debian)
    }

    /// Whether there is nothing left to prepare.
    pub(crate) fn is_ready() -> bool {
        let found = usable_compiler().and_then(|version| Self::of(&version).ok());
        found.is_some_and(|debian| debian.sysroot.exists() && debian.linker.exists())
    }

    /// The linker of the compiler's own LLVM, and one standard library for each compiler, outside
    /// every checkout.
    fn of(version: &str) -> Result<Self> {
        let linker = format!("/usr/bin/wasm-ld-{}", llvm_major(version)?).into();
        let name = version.lines().next().unwrap_or_default();
        Ok(Self { sysroot: cache_dir()?.join(format!("{}-{TARGET}", slug(name))), linker })
    }

    /// `cargo SUBCOMMAND` with these three in force for the target.
    pub(crate) fn cargo(&self, subcommand: &str) -> Result<Command> {
        let mut command = debian_cargo(subcommand);
        let sysroot = format!("--sysroot={}", self.sysroot.display());
        // Lists given here add to those of .cargo/config.toml, and may hold spaces, which the
        // environment variables for the same may not.
        command.args(["--config", &setting("linker", &string(&self.linker)?)]);
        command
            .args(["--config", &setting("rustflags", &format!("[{}]", string(sysroot.as_ref())?))]);
        Ok(command)
    }
}

/// Installs Debian's compiler unless one that can build the engine is there; what it says of itself.
fn prepare_compiler() -> Result<String> {
    if let Some(version) = usable_compiler() {
        return Ok(version);
    }
    apt_install(&["rustc-web", "cargo-web", "rust-web-src"]).context(missing())?;
    usable_compiler().with_context(|| {
        let found = compiler_version().unwrap_or_default();
        let found = found.lines().next().unwrap_or("missing");
        format!("{}: Debian's compiler is `{found}`, expected {MINIMUM} or later", missing())
    })
}

fn usable_compiler() -> Option<String> {
    let all = [RUSTC, CARGO, STD_SOURCE].iter().all(|file| Path::new(file).exists());
    let version = all.then(compiler_version)?.ok()?;
    at_least(field(&version, "release: ").ok()?, MINIMUM).then_some(version)
}

fn compiler_version() -> Result<String> {
    output(Command::new(RUSTC).env_remove("LD_LIBRARY_PATH").arg("-vV"))
}

fn llvm_major(version: &str) -> Result<&str> {
    Ok(field(version, "LLVM version: ")?.split('.').next().unwrap_or_default())
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

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::bail;
    use std::{thread, time::Duration};

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
