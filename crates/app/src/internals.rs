//! What the project's own tests, benches and fuzz targets reach into. It promises nothing: the facade is for others.

pub mod baseline {
    //! Baselines.
    pub use crate::baseline::{Baseline, Scope};
}

pub mod catalog {
    //! The pages of a catalog.
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use crate::catalog::{Beside, Format, Site};
    use crate::check::Job;
    use crate::rules::Settings;

    /// Makes the HTML pages of files with the default settings; how many bytes these have.
    pub fn pages(jobs: &[Job]) -> usize {
        let settings = Arc::new(Settings::default());
        let settings = vec![settings; jobs.len()];
        let bytes = AtomicUsize::new(0);
        let site = Site::read(jobs, &settings, &Beside::default(), "Catalog", Format::Html);
        let put = |_: &str, text: &str| {
            bytes.fetch_add(text.len(), Ordering::Relaxed);
            Ok::<(), ()>(())
        };
        // Nothing refuses a page here, and a page that cannot be made has no bytes.
        let _ = site.write(&put);
        bytes.into_inner()
    }
}

pub mod check {
    //! Checking files.
    pub use crate::check::{Before, Job, check, read};
}

pub mod content {
    //! The models of content.
    use std::sync::Arc;

    pub use crate::content::{Duration, is_query_file, is_yaml_file};
    use crate::convert::{ArmTemplate, Options, to_resource};
    use crate::source::SourceFile;

    /// A file, read as content.
    #[derive(Debug)]
    pub struct Content(crate::content::Content);

    impl Content {
        /// Reads a file whose path says what kind of content it may be.
        pub fn read(source: &Arc<SourceFile>) -> Self {
            Self(crate::content::Content::read(Arc::clone(source), source.path()))
        }

        /// The text of each query.
        pub fn queries(&self) -> Vec<String> {
            self.0.queries().iter().map(|query| query.text.to_owned()).collect()
        }

        /// The ARM template, where the content can be converted.
        pub fn arm(&self) -> Option<String> {
            let converted = to_resource(&self.0, &Options::default()).ok()?;
            Some(ArmTemplate::new(std::slice::from_ref(&converted.resource)).to_json())
        }
    }
}

pub mod diagnostic {
    //! What is wrong with a file.
    pub use crate::diagnostic::{Applicability, Diagnostic, Group, Severity};
}

pub mod discover {
    //! The files that a run is about.
    pub use crate::discover::{Input, Options, discover};
}

pub mod engine {
    //! Running queries.
    use std::path::Path;

    use crate::engine::data::Files;
    use crate::engine::{Budget, Exec, Failure, Options, run as run_prepared};
    use crate::suite::{Bound, declare};
    use crate::workspace::{View, Workspace};

    /// Runs a query on the files of a folder; how many rows it returns, or why it could not be run.
    pub fn run(query: &str, data: &Path) -> Result<usize, String> {
        let mut files = Files::default();
        files.add(data)?;
        let mut own = Workspace::default();
        declare(&mut own, &View::new(Vec::new()), &files)?;
        let view = View::new(vec![&own]);
        let told = |failure: Failure| failure.message;
        let bound = Bound::new(query, &view).map_err(|all| all.into_iter().map(told).collect::<String>())?;
        let fixtures = files.tables.keys().cloned().collect();
        let prepared = bound.prepare(&view, &Options { missing_empty: false, fixtures }).map_err(told)?;
        let exec = Exec::new(crate::engine::time::UNIX, Box::new(files), Budget::default());
        run_prepared(&prepared, &exec).map(|outcome| outcome.table.count()).map_err(told)
    }
}

pub mod findings {
    //! What a run found.
    pub use crate::findings::Findings;
}

pub mod fix {
    //! Fixing files.
    pub use crate::fix::{diff, round};
}

pub mod fmt {
    //! Formatting.
    /// A query laid out anew, or as the official formatter does it; `None` where it stays as it is.
    pub fn format(query: &str, official: bool) -> Option<String> {
        let style = if official { crate::fmt::Style::Kusto } else { crate::fmt::Style::Sentlint };
        crate::fmt::format(query, &crate::kql::parse(query), crate::fmt::Options::new(None, Some(style)))
    }
}

#[cfg(fuzzing)]
pub mod holds {
    //! What is true of any file.

    /// Panics unless the fixes of a file keep their promise.
    pub fn fixes_hold(text: &str) {
        crate::holds::fixes_hold(text);
    }

    /// Panics unless a YAML file is refused, or converted with its query as it is.
    pub fn conversion_holds(text: &str) {
        crate::holds::conversion_holds(text);
    }

    /// Panics unless a JSON file is refused, or read as YAML that parses.
    pub fn way_back_holds(text: &str) {
        crate::holds::way_back_holds(text);
    }
}

pub mod inspect {
    //! What a query is about.
    pub use crate::inspect::inspect;
}

pub mod kql {
    //! The query language.
    /// Panics unless the tokens, the tree and the errors of a text fit it.
    #[cfg(fuzzing)]
    pub fn holds(text: &str) {
        crate::kql::holds::holds(text);
    }

    /// Cuts a query into tokens and counts them.
    pub fn tokenize(query: &str) -> usize {
        crate::kql::tokenize(query).0.len()
    }

    /// Parses a query and counts its statements.
    pub fn parse(query: &str) -> usize {
        crate::kql::parse(query).statements.len()
    }
}

pub mod lsp {
    //! The language server.
    pub use crate::lsp::{Ended, Options, serve};
}

pub mod report {
    //! The formats of reports.
    pub use crate::report::{Format, Style, render, statistics};
}

pub mod review {
    //! What changed in the meaning of content.
    use std::sync::Arc;

    use crate::check::Job;
    use crate::review::{Pair, review};
    use crate::rules::Settings;

    /// How many files mean something else now: each with the text that it had, where that was another.
    pub fn changes(files: &[(Job, Option<Job>)]) -> usize {
        let pair = |(new, old): &(Job, Option<Job>)| {
            let (old, same) = (old.as_ref().unwrap_or(new).clone(), old.is_none());
            Pair { old: Some(old), new: Some(new.clone()), same }
        };
        let pairs: Vec<Pair> = files.iter().map(pair).collect();
        let settings = Arc::new(Settings::default());
        review(&pairs, "before", settings.attack, &|_| Arc::clone(&settings)).changes.len()
    }
}

pub mod rules {
    //! The rules and their settings.
    pub use crate::rules::{Entry, Profile, Selector, Settings, all};
}

pub mod source {
    //! Text and places in it.
    pub use crate::source::{BOM, Edit, SourceFile, Span};
}

pub mod suite {
    //! Tests of queries.
    use std::path::Path;
    use std::sync::Arc;

    use crate::workspace::Workspace;

    /// Runs the tests of a file, and counts those that pass.
    pub fn passed(path: &Path, bytes: Vec<u8>) -> usize {
        let known = Arc::new(Workspace::default());
        let file = crate::suite::run_file(path, &path.to_string_lossy(), bytes, &known, "");
        file.tests.iter().filter(|test| test.state == crate::suite::State::Passed).count()
    }
}

pub mod yaml {
    //! YAML with places.
    pub use crate::yaml::{Node, ScalarMap, ScalarStyle, Value, YamlError, edit, parse, to_json};
}
