//! The documentation that is made from the code is what the code says. `UPDATE_DOCS=1 cargo test --test it docs`
//! writes it anew.

use std::collections::BTreeMap;
use std::path::Path;

use crate::common::{root, run};

/// Compares a generated file with what lies in the tree, or writes it.
fn check(path: &str, expected: &str) {
    let full = root().join(path);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::fs::write(&full, expected).unwrap();
    }
    let found = std::fs::read_to_string(&full).unwrap_or_default().replace("\r\n", "\n");
    assert!(found == expected, "{path} is out of date: run UPDATE_DOCS=1 cargo test --test it docs");
}

fn rules() -> Vec<serde_json::Value> {
    let listed = run(&root(), &["rules", "--output-format", "json"], "");
    serde_json::from_str(&listed.stdout).unwrap()
}

fn text<'v>(rule: &'v serde_json::Value, key: &str) -> &'v str {
    rule[key].as_str().unwrap_or_default()
}

#[test]
fn every_rule_has_its_page_and_no_page_is_left_over() {
    let rules = rules();
    for rule in &rules {
        let id = text(rule, "id");
        check(&format!("docs/rules/{id}.md"), &run(&root(), &["explain", id], "").stdout);
    }
    for entry in std::fs::read_dir(root().join("docs/rules")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let id = name.strip_suffix(".md").unwrap_or(&name);
        assert!(
            id == "README" || rules.iter().any(|rule| rule["id"] == id),
            "docs/rules/{name} belongs to no rule"
        );
    }
}

#[test]
fn the_index_of_rules_is_up_to_date() {
    let mut groups: BTreeMap<usize, (String, String)> = BTreeMap::new();
    let (mut order, mut gates) = (Vec::new(), BTreeMap::<String, Vec<String>>::new());
    for rule in rules() {
        let group = text(&rule, "group").to_owned();
        if !order.contains(&group) {
            order.push(group.clone());
        }
        let at = order.iter().position(|name| *name == group).unwrap();
        let (_, table) = groups.entry(at).or_insert_with(|| (group, String::new()));
        let severity =
            if rule["profile"] == "pedantic" { "only in `pedantic`" } else { text(&rule, "severity") };
        let id = text(&rule, "id");
        if let Some(gate) = rule["gate"].as_str() {
            gates.entry(gate.to_owned()).or_default().push(format!("[{id}]({id}.md)"));
        }
        *table += &format!(
            "| [{id}]({id}.md) | {severity} | {} | {} |\n",
            rule["fix"].as_str().unwrap_or(""),
            text(&rule, "summary").replace('|', "\\|"),
        );
    }
    let mut page = String::from(
        "# Rules\n\nGenerated from the code; `sentlint explain RULE` shows the same pages. The severity is that of the \
         profile `recommended`.\n\n*Upstream* is the repository Azure/Azure-Sentinel. A *gate* is one of its pull \
         request checks, with the name of its workflow; under the profile `azure-sentinel`, sentlint reports exactly \
         what the gates would report, as errors. The gates and their rules are listed at the end.\n",
    );
    for (group, table) in groups.values() {
        page += &format!("\n## {group}\n\n| rule | severity | fix | reports |\n|---|---|---|---|\n{table}");
    }
    page += "\n## Gates\n\n| gate | rules |\n|---|---|\n";
    for (gate, ids) in &gates {
        page += &format!("| `{gate}` | {} |\n", ids.join(", "));
    }
    check("docs/rules/README.md", &page);
}

#[test]
fn the_readme_shows_real_output() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap().replace("\r\n", "\n");
    let (mut shown, mut written) = (0, String::new());
    let mut rest = readme.as_str();
    // Every `console` block is one command, its output, and nothing else.
    while let Some((before, after)) = rest.split_once("```console\n$ sentlint ") {
        let (block, next) = after.split_once("```").expect("a block that ends");
        let (command, _) = block.split_once('\n').unwrap();
        let args: Vec<&str> = command.split_whitespace().collect();
        let output = run(&root(), &args, "").stdout;
        written += &format!("{before}```console\n$ sentlint {command}\n{output}```");
        shown += 1;
        rest = next;
    }
    check("README.md", &(written + rest));
    assert!(shown > 0, "README.md shows no output");
}

#[test]
fn links_inside_the_documentation_lead_somewhere() {
    let mut pages =
        vec![root().join("README.md"), root().join("CONTRIBUTING.md"), root().join("content/README.md")];
    for entry in std::fs::read_dir(root().join("docs")).unwrap() {
        pages.push(entry.unwrap().path());
    }
    let mut followed = 0;
    for page in pages.iter().filter(|page| page.extension().is_some_and(|extension| extension == "md")) {
        let text = std::fs::read_to_string(page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap();
            if path.is_empty() || path.contains("://") {
                continue;
            }
            let target = page.parent().unwrap_or(Path::new("")).join(path);
            assert!(target.exists(), "{}: {link}", page.display());
            followed += 1;
        }
    }
    assert!(followed > 10, "{followed} links");
}

/// The words of a command line; quotes keep blanks together.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words
}

/// Runs the commands of a console block; `...` stands for the rest of what a command prints.
fn run_console(folder: &Path, block: &str) -> usize {
    let mut last = 0;
    let mut ran = 0;
    for part in block.split("\n$ ").map(|part| part.trim_start_matches("$ ")) {
        let (command, expected) = part.split_once('\n').unwrap_or((part, ""));
        if command == "echo $?" {
            assert_eq!(expected.trim(), last.to_string(), "exit code in: {block}");
            continue;
        }
        let words = words(command);
        assert_eq!(words[0], "sentlint", "{command}");
        let args: Vec<&str> = words[1..].iter().map(String::as_str).collect();
        let done = run(folder, &args, "");
        last = done.code;
        ran += 1;
        let printed = format!("{}{}", done.stderr, done.stdout).replace("\r\n", "\n");
        match expected.split_once("...") {
            Some((start, _)) => assert!(printed.starts_with(start), "$ {command}\n{printed}"),
            None => assert_eq!(printed.trim_end(), expected.trim_end(), "$ {command}"),
        }
    }
    ran
}

/// Writes the files that a page shows into a folder, runs its commands there, and compares what they print. Returns how
/// many commands ran.
fn run_page(folder: &Path, page: &str) -> usize {
    let text = std::fs::read_to_string(root().join(page)).unwrap().replace("\r\n", "\n");
    let mut ran = 0;
    for block in text.split("\n```").skip(1).step_by(2) {
        let (language, body) = block.split_once('\n').unwrap();
        match language {
            "console" => ran += run_console(folder, body),
            // Commands of which only their form is shown.
            "sh" => {}
            // A file that the page shows carries its name in its first line, as a comment, which JSON does not have.
            _ => {
                let (first, rest) = body.split_once('\n').unwrap();
                let name = first.strip_prefix("# ").or_else(|| first.strip_prefix("// ")).unwrap();
                let text = if Path::new(name).extension().is_some_and(|extension| extension == "json") {
                    rest
                } else {
                    body
                };
                crate::common::write(folder, name, format!("{}\n", text.trim_end()).as_bytes());
            }
        }
    }
    ran
}

#[test]
fn the_examples_about_converting_do_what_the_page_says() {
    let folder = tempfile::tempdir().unwrap();
    for entry in ignore::WalkBuilder::new(root().join("content")).build() {
        let path = entry.unwrap().into_path();
        if path.is_file() {
            let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            crate::common::write(folder.path(), &name, &std::fs::read(&path).unwrap());
        }
    }
    let ran = run_page(folder.path(), "docs/convert.md");
    assert!(ran >= 10, "only {ran} examples ran");
}

#[test]
fn the_pages_for_newcomers_show_real_output() {
    for (page, commands) in
        [("docs/quickstart.md", 4), ("docs/troubleshooting.md", 3), ("docs/json.md", 2), ("docs/run.md", 6)]
    {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(run_page(folder.path(), page), commands, "{page}");
    }
}
