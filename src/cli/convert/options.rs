//! The options of a conversion: those of the command line over those of sentlint.toml.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Run;
use super::notes::at;
use crate::check::Job;
use crate::cli::Error;
use crate::cli::args;
use crate::cli::files::Work;
use crate::config::Config;
use crate::convert::{Options, Params};
use crate::discover::display;
use crate::knowledge::limits;
use crate::source::SourceFile;

/// The parameter files of a run, by path; each is read once.
#[derive(Default)]
pub(super) struct Overlays(BTreeMap<PathBuf, Params>);

impl Overlays {
    pub(super) fn read(work: &Work, options: &args::Convert) -> Result<Self, Error> {
        let mut overlays = Self::default();
        let given = |own: &Option<String>, config: &Option<String>| own.clone().or_else(|| config.clone());
        for job in &work.jobs {
            let config = work.config(job.location());
            given(&options.api_version, &config.convert.api_version).map_or(Ok(()), |v| api_version(&v))?;
            given(&options.start_at, &config.convert.start_at).map_or(Ok(()), |time| start_at(&time))?;
            let Some(path) = params_path(options, &config) else { continue };
            if overlays.0.contains_key(&path) {
                continue;
            }
            let name = display(&path);
            let bytes =
                std::fs::read(&path).map_err(|error| Error::Unreadable(name.clone(), error.to_string()))?;
            let file = SourceFile::from_bytes(name, bytes);
            let params = Params::parse(&file).map_err(|refusal| {
                let (place, help) = (at(&file, refusal.span), refusal.help.as_deref().unwrap_or_default());
                Error::Usage(format!("{place}: {}\n  help: {help}", refusal.message))
            })?;
            overlays.0.insert(path, params);
        }
        Ok(overlays)
    }
}

fn api_version(version: &str) -> Result<(), Error> {
    let date = version.strip_suffix("-preview").unwrap_or(version);
    let parsed = date.parse::<toml::value::Datetime>().ok();
    if parsed.is_some_and(|parsed| parsed.date.is_some() && parsed.time.is_none()) {
        return Ok(());
    }
    let (newest, stable) = (limits::ALERT_RULES_API_PREVIEW, limits::ALERT_RULES_API_STABLE);
    let message = format!("`{version}` is no API version: write one such as {newest} or {stable}");
    Err(Error::Usage(message))
}

fn start_at(time: &str) -> Result<(), Error> {
    let parsed = time.parse::<toml::value::Datetime>().ok();
    if parsed.is_some_and(|time| time.date.is_some() && time.time.is_some()) && time.ends_with('Z') {
        return Ok(());
    }
    let message = format!("`{time}` is no time to start at: write it as 2026-12-24T06:00:00Z");
    Err(Error::Usage(message))
}

/// The parameter file that holds for a configuration; paths in it are relative to its folder.
fn params_path(options: &args::Convert, config: &Config) -> Option<PathBuf> {
    options.params.clone().or_else(|| {
        let path = config.convert.params.as_ref()?;
        Some(config.folder().map_or_else(|| path.clone(), |folder| folder.join(path)))
    })
}

impl Run<'_> {
    /// The parameters for one input.
    pub(super) fn params(&self, job: &Job) -> Params {
        let path = params_path(self.options, &self.work.config(job.location()));
        path.and_then(|path| self.overlays.0.get(&path)).cloned().unwrap_or_default()
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
