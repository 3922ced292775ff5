//! `sentlint diff`

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::args::{Diff, Global};
use super::{Error, Outcome, files, results, revision};
use crate::review;
use crate::rules::Settings;

pub(super) fn run(global: &Global, options: &Diff) -> Result<Outcome, Error> {
    let work = files::collect(global, &options.files, false)?;
    if let Some(url) = &options.link_base
        && !(url.starts_with("https://") || url.starts_with("http://"))
    {
        let message =
            format!("--link-base: `{url}` is not a URL such as https://github.com/OWNER/NAME/blob/COMMIT");
        return Err(Error::Usage(message));
    }
    let pairs = revision::pairs(&work, &options.files, &options.revision)?;
    let tables = files::tables(&options.tables)?;
    let mut settings = files::SettingsOf::new(&work, |mut settings: Settings| {
        settings.attack = options.attack_version.unwrap_or(settings.attack);
        settings.workspace = files::over(&settings.workspace, &tables);
        settings
    });
    let mut known: BTreeMap<&Path, Arc<Settings>> = BTreeMap::new();
    for job in pairs.iter().flat_map(|pair| [&pair.old, &pair.new]).flatten() {
        known.entry(job.location()).or_insert_with(|| settings.of(job.location()));
    }
    let fallback = Arc::new(Settings::default());
    let settings_of = |location: &Path| Arc::clone(known.get(location).unwrap_or(&fallback));
    let attack = known.values().map(|settings| settings.attack).min().unwrap_or_default();
    let attack = options.attack_version.unwrap_or(attack);
    let report = review::review(&pairs, &options.revision, attack, &settings_of);
    let text = review::render(&report, options.output_format, options.link_base.as_deref());
    match &options.output {
        Some(path) => files::write(path, &text)?,
        None => results(&text)?,
    }
    let fails = options.fail_on.iter().any(|kind| kind.is_met(&report));
    Ok(if fails { Outcome::Findings } else { Outcome::Clean })
}
