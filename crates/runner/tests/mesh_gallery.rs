//! The pictures of `docs/mesh-gallery.md` are what `fzero draw` makes of the meshes today.

use numerics::Streams;
use photonics::mesh::haar::haar_phases;
use photonics::mesh::{NamedTopology, Topology};
use runner::draw::parts::Parts;
use runner::draw::{Paint, caption, svg};
use std::fs;
use std::path::{Path, PathBuf};

const PORTS: usize = 8;

/// Set, the test writes the pictures instead of comparing them.
const UPDATE: &str = "FZERO_UPDATE_DOCS";

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

fn topologies() -> Vec<Topology> {
    use NamedTopology::{
        Butterfly, Diamond, PermutingRectangular, Rectangular, RedundantRectangular, Svd, Tree,
        Triangular,
    };
    let redundant = RedundantRectangular { extra_columns: 2 };
    [
        Rectangular,
        Triangular,
        Diamond,
        redundant,
        Butterfly,
        Tree,
        PermutingRectangular,
        Svd,
    ]
    .map(|name| name.build(PORTS).unwrap())
    .into()
}

fn pictures() -> Vec<(String, String)> {
    let mut pictures: Vec<_> = topologies()
        .iter()
        .map(|mesh| {
            let text = svg(&Parts::of(mesh), &Paint::Plain, &caption(mesh));
            (mesh.name().to_owned(), text)
        })
        .collect();
    // One mesh at Haar-random phases, by phase and by power.
    let mesh = &topologies()[0];
    let phases_rad = haar_phases(mesh, &mut Streams::new(1).derive("initial-phases", 0, 0));
    let phase = Paint::Phase {
        phases_rad: &phases_rad,
    };
    let power = Paint::Power {
        phases_rad: &phases_rad,
        input: 3,
    };
    for (name, paint) in [("phase", phase), ("power", power)] {
        let text = svg(&Parts::of(mesh), &paint, &caption(mesh));
        pictures.push((format!("rectangular-{name}"), text));
    }
    pictures
}

#[test]
fn mesh_pictures_are_current() {
    for (name, expected) in pictures() {
        let path = docs().join(format!("images/meshes/{name}.svg"));
        if std::env::var_os(UPDATE).is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &expected).unwrap();
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == expected,
            "docs/images/meshes/{name}.svg is not what fzero draws; renew it with\n    \
             {UPDATE}=1 cargo test -p runner --test mesh_gallery"
        );
    }
}

#[test]
fn every_picture_is_shown_and_every_shown_one_is_there() {
    let page = fs::read_to_string(docs().join("mesh-gallery.md")).unwrap();
    let names: Vec<_> = pictures().into_iter().map(|(name, _)| name).collect();
    for name in &names {
        assert!(
            page.contains(&format!("](images/meshes/{name}.svg)")),
            "{name}"
        );
    }
    for part in page.split("](images/meshes/").skip(1) {
        let name = part.split(".svg)").next().unwrap();
        assert!(names.iter().any(|known| known == name), "{name}");
    }
}

/// Tags are closed in order: enough of XML for what is written here.
fn assert_well_formed(text: &str) {
    let mut open: Vec<&str> = Vec::new();
    for part in text.split('<').skip(1) {
        let (tag, rest) = part.split_once('>').unwrap();
        assert!(
            !rest.contains('>') || open.last() == Some(&"style"),
            "{part}"
        );
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{part}");
        } else if !tag.ends_with('/') {
            open.push(tag.split([' ', '\n']).next().unwrap());
        }
    }
    assert_eq!(open, Vec::<&str>::new());
}

#[test]
fn pictures_of_64_ports_are_well_formed_and_below_a_megabyte() {
    use NamedTopology::{Butterfly, Diamond, Rectangular, Tree, Triangular};
    for name in [Rectangular, Triangular, Diamond, Butterfly, Tree] {
        for ports in [4, 64] {
            let mesh = name.build(ports).unwrap();
            let phases_rad: Vec<f64> = (0..2 * mesh.mzis() + ports)
                .map(|index| 3.0 + 3.0 * (index as f64).sin())
                .collect();
            let couplers = &phases_rad[..2 * mesh.mzis()];
            for paint in [
                Paint::Phase {
                    phases_rad: &phases_rad,
                },
                Paint::Power {
                    phases_rad: &phases_rad,
                    input: 1,
                },
                Paint::Amount {
                    shifters: &phases_rad,
                    couplers,
                    what: "1 < 2 & more",
                },
            ] {
                let text = svg(&Parts::of(&mesh), &paint, "a < b & c");
                assert_well_formed(&text);
                assert!(text.len() < 1_000_000, "{name:?}: {}", text.len());
                // A picture for both grounds, and a number for the first port and the first column.
                assert!(text.contains("@media (prefers-color-scheme:dark)"));
                assert!(text.contains(">0</text>"));
            }
        }
    }
}
