//! The options of a conversion: those of the command line over those of sentlint.toml.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;

use super::Run;
use crate::check::Job;
use crate::cli::Error;
use crate::cli::files::Work;
use crate::cli::{args, params};
use crate::config::Config;
use crate::convert::values_of_options::{api_version, start_at};
use crate::convert::{Options, Params};

/// The parameters of a run, by the files that they come from; each file is read once.
#[derive(Default)]
pub(super) struct Overlays(BTreeMap<Vec<PathBuf>, Params>);

impl Overlays {
    pub(super) fn read(work: &Work, options: &args::Convert) -> Result<Self, Error> {
        let mut overlays = Self::default();
        // Those of sentlint.toml were checked as it was read.
        // The API of detections is another one.
        let of_rules = options.api_version.as_deref().filter(|_| !options.to.is_detection());
        of_rules.map_or(Ok(()), api_version).map_err(Error::Usage)?;
        options.start_at.as_deref().map_or(Ok(()), start_at).map_err(Error::Usage)?;
        for job in &work.jobs {
            let config = work.config(job.location());
            let paths = params_paths(options, &config);
            if let Entry::Vacant(unread) = overlays.0.entry(paths) {
                let params = params::read_all(unread.key())?;
                unread.insert(params);
            }
        }
        Ok(overlays)
    }
}

/// The parameter files that hold for a configuration; paths in it are relative to its folder.
fn params_paths(options: &args::Convert, config: &Config) -> Vec<PathBuf> {
    if !options.params.is_empty() {
        return options.params.clone();
    }
    let path = config.convert.params.iter();
    path.map(|path| config.folder().map_or_else(|| path.clone(), |folder| folder.join(path))).collect()
}

impl Run<'_> {
    /// The parameters for one input.
    pub(super) fn params(&self, job: &Job) -> Params {
        let paths = params_paths(self.options, &self.work.config(job.location()));
        self.overlays.0.get(&paths).cloned().unwrap_or_default()
    }

    /// What holds for one input.
    pub(super) fn options_for(&self, job: &Job) -> Options {
        let options = self.options;
        let configuration = self.work.config(job.location());
        let config = &configuration.convert;
        let asked = match (options.enabled, options.disabled) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => config.enabled,
        };
        Options {
            api_version: options.api_version.clone().or_else(|| config.api_version.clone()),
            name_prefix: options.name_prefix.clone().or_else(|| config.name_prefix.clone()),
            severity: options.severity.clone().or_else(|| config.severity.clone()),
            enabled: asked,
            start_at: options.start_at.clone().or_else(|| config.start_at.clone()),
            params: self.params(job),
            no_incidents: options.no_incidents || config.no_incidents.unwrap_or(false),
            with_template_link: options.with_template_link || config.with_template_link.unwrap_or(false),
            for_solution: false,
            long_description: options.long_description.or(config.long_description).unwrap_or_default(),
        }
    }
}
