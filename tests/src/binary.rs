//! The `fzero` under test.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The binary of package `runner` from the build that made this test.
///
/// Cargo hands its path to tests of `runner` alone, but `cargo test` from the root builds it anew for
/// those, beside the folder of this test's executable. After `cargo test -p e2e` alone it may be
/// missing, and is then built here; one that is there is taken as it is.
///
/// # Panics
/// It cannot be found or built.
pub fn path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let test = env::current_exe().expect("a test has a path");
        // <target>/<profile>/deps/<test>
        let profile = test.ancestors().nth(2).expect("deps lies in a profile");
        let binary = profile.join(format!("fzero{}", env::consts::EXE_SUFFIX));
        if !binary.is_file() {
            build(profile);
        }
        assert!(binary.is_file(), "no {}", binary.display());
        binary
    })
}

fn build(profile: &Path) {
    let name = profile.file_name().and_then(|name| name.to_str());
    let status = cargo()
        .args(["build", "--package", "runner", "--bin", "fzero"])
        .args([
            "--profile",
            name.map_or("dev", |name| if name == "debug" { "dev" } else { name }),
        ])
        .arg("--target-dir")
        .arg(profile.parent().expect("a profile lies in a target folder"))
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the binary cannot be built");
}

/// Cargo at the workspace's root, as the one that runs this test.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The workspace's root.
pub fn root() -> &'static Path {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests)
}
