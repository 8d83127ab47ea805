use super::super::plan::Planned;
use super::*;
use crate::record::summary::Score;
use serde_json::Map;

fn plan(hash: &str) -> Plan {
    Plan {
        name: "a".into(),
        sweep_hash: hash.into(),
        yield_at: None,
        die_seeds: vec![Some(4)],
        seeds: vec![0, 1, 2],
        axes: Vec::new(),
        settings: vec![Planned {
            point: Map::new(),
            config_hash: String::new(),
        }],
    }
}

fn manifest() -> SweepManifest {
    SweepManifest {
        name: "a".into(),
        sweep_file: "a.toml".into(),
        sweep_hash: "h".into(),
        version: "0".into(),
        git_revision: None,
        command_line: Vec::new(),
        simd: "portable".into(),
        threads: 1,
        started: String::new(),
    }
}

fn row(run: usize, error: Option<&str>) -> Row {
    Row {
        run,
        point: Map::new(),
        die_seed: Some(4),
        seed: run as u64,
        config_hash: String::new(),
        score: Score::Accuracy,
        accuracy: None,
        test_images: 0,
        queries: 0,
        memory_estimate_bytes: None,
        error: error.map(str::to_owned),
        elapsed_s: 0.0,
    }
}

fn create(path: &Path, plan: &Plan) -> Result<SweepFolder, Error> {
    SweepFolder::create(path, plan, "", &manifest())
}

#[test]
fn a_folder_is_taken_up_by_its_own_sweep_alone() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("s");
    create(&path, &plan("one")).unwrap();
    create(&path, &plan("one")).unwrap();
    let opened = SweepFolder::open(&path).unwrap();
    assert_eq!(opened.plan(), &plan("one"));
    let mut other = plan("two");
    other.seeds = vec![0];
    let error = create(&path, &other).unwrap_err().report();
    assert!(
        error.contains("holds another sweep: its trainings differ"),
        "{error}"
    );
    // What a good die is does not change the runs.
    let mut judged = plan("one");
    judged.yield_at = Some(0.9);
    create(&path, &judged).unwrap();
    assert_eq!(SweepFolder::open(&path).unwrap().plan().yield_at, Some(0.9));
    // Something else is never touched.
    fs::write(parent.path().join("notes"), "").unwrap();
    let error = create(parent.path(), &plan("one")).unwrap_err().report();
    assert!(
        error.contains("not empty, and no sweep of fzero"),
        "{error}"
    );
    assert!(SweepFolder::open(parent.path()).is_err());
}

#[test]
fn rows_of_all_processes_count_once_and_success_counts_more() {
    let parent = tempfile::tempdir().unwrap();
    let folder = create(parent.path(), &plan("one")).unwrap();
    let mut first = folder.part(1, 2, true).unwrap();
    first.append(&row(2, None)).unwrap();
    first.append(&row(0, Some("no"))).unwrap();
    let mut second = folder.part(2, 2, true).unwrap();
    second.append(&row(1, None)).unwrap();
    second.append(&row(0, None)).unwrap();
    second.append(&row(2, Some("no"))).unwrap();
    let rows = folder.rows().unwrap();
    assert_eq!(rows.keys().copied().collect::<Vec<_>>(), [0, 1, 2]);
    assert!(rows.values().all(|row| row.error.is_none()));
    let aggregates = folder.write(&rows).unwrap();
    assert_eq!(aggregates.settings.len(), 1);
    let text = fs::read_to_string(parent.path().join("rows.jsonl")).unwrap();
    let runs: Vec<_> = Row::read_lines(&text)
        .unwrap()
        .iter()
        .map(|row| row.run)
        .collect();
    assert_eq!(runs, [0, 1, 2]);
}

#[test]
fn a_row_of_another_sweep_and_a_broken_line_are_named() {
    let parent = tempfile::tempdir().unwrap();
    let folder = create(parent.path(), &plan("one")).unwrap();
    let path = parent.path().join("parts/rows-1-of-1.jsonl");
    let mut foreign = row(1, None);
    foreign.seed = 9;
    for (line, why) in [
        (foreign.to_line().unwrap(), "does not have"),
        (b"{}\n".to_vec(), "no row: "),
    ] {
        let text = [row(0, None).to_line().unwrap(), line].concat();
        fs::write(&path, text).unwrap();
        let error = folder.rows().unwrap_err().report();
        assert!(error.contains("rows-1-of-1.jsonl:2: "), "{error}");
        assert!(error.contains(why), "{error}");
    }
}
