mod errors;
mod growth;
mod official;
mod operators;
mod robust;

/// The lines of a file of the shared data, where it is at hand.
fn rows(name: &str) -> Option<Vec<serde_json::Value>> {
    use std::io::BufRead;

    let Some(shared) = std::env::var_os("SENTLINT_SHARED") else {
        eprintln!("skipped: SENTLINT_SHARED is not set");
        return None;
    };
    let file = std::fs::File::open(std::path::PathBuf::from(shared).join("kql").join(name)).unwrap();
    let lines = std::io::BufReader::new(file).lines();
    let rows: Vec<_> = lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    assert!(rows.len() > 100, "{name} has {} lines", rows.len());
    Some(rows)
}
