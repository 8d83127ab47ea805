//! Which crate may know which, as the manifests say it.

use e2e::binary::{cargo, root};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// Every member of the workspace with its manifest.
fn members() -> BTreeMap<String, Value> {
    let output = cargo()
        .args([
            "metadata",
            "--offline",
            "--no-deps",
            "--format-version",
            "1",
        ])
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| {
            (
                package["name"].as_str().unwrap().to_owned(),
                package.clone(),
            )
        })
        .collect()
}

/// The members that `name` depends on, through others too, for its build, its tests or its own use.
/// No other package can lead from one member to the next: the members are published nowhere.
fn reached(members: &BTreeMap<String, Value>, name: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut open = vec![name.to_owned()];
    while let Some(package) = open.pop() {
        for dependency in members[&package]["dependencies"].as_array().unwrap() {
            // The package's own name, also where it is renamed.
            let name = dependency["name"].as_str().unwrap();
            if members.contains_key(name) && reached.insert(name.to_owned()) {
                open.push(name.to_owned());
            }
        }
    }
    reached
}

#[test]
fn light_and_learning_do_not_know_each_other() {
    let members = members();
    let expected = [
        ("numerics", &[][..]),
        ("photonics", &["numerics"]),
        ("fzero", &["numerics"]),
        ("runner", &["fzero", "numerics", "photonics"]),
        ("e2e", &["fzero", "numerics", "photonics", "runner"]),
    ];
    for (name, dependencies) in expected {
        let expected = dependencies.iter().map(ToString::to_string).collect();
        assert_eq!(reached(&members, name), expected, "{name}");
    }
    let named: BTreeSet<_> = expected.map(|(name, _)| name.to_owned()).into();
    assert_eq!(
        members.keys().cloned().collect::<BTreeSet<_>>(),
        named,
        "a member has no rule here"
    );
}

#[test]
fn no_member_may_use_unsafe_code() {
    let read = |path: &str| -> toml::Table {
        let text = fs::read_to_string(path).unwrap();
        text.parse()
            .unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    let workspace = read(root().join("Cargo.toml").to_str().unwrap());
    // What is forbidden, no attribute in the code can allow again.
    let level = &workspace["workspace"]["lints"]["rust"]["unsafe_code"];
    assert_eq!(level.as_str(), Some("forbid"));
    for (name, package) in members() {
        let manifest = read(package["manifest_path"].as_str().unwrap());
        let lints = &manifest["lints"]["workspace"];
        assert_eq!(lints.as_bool(), Some(true), "{name}");
    }
}
