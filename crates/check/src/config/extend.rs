//! One configuration over another: what `extend` does.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Check, Config, ConfigError, Convert, ConvertDetection, Fmt, Knowledge};
use crate::discover::{absolute, display};
use crate::rules::Selector;
use crate::source::SourceFile;
use crate::workspace::Workspace;

impl Config {
    /// Reads a configuration file, over those that it extends.
    pub fn load(path: &Path) -> Result<Self, Vec<ConfigError>> {
        let mut config = Self::load_alone(path)?;
        let mut seen = vec![same_file(path)];
        let mut extend = config.extend.clone();
        let mut extends = path.to_owned();
        while let Some((path, span)) = extend.take() {
            let fail = |message: String| {
                let text = std::fs::read_to_string(&extends).unwrap_or_default();
                let file = Arc::new(SourceFile::new(display(&extends), text));
                vec![ConfigError { file, span, message, help: None }]
            };
            if seen.contains(&same_file(&path)) {
                return Err(fail("the configuration extends itself".to_owned()));
            }
            if let Err(error) = std::fs::metadata(&path) {
                return Err(fail(format!("cannot read `{}`: {error}", display(&path))));
            }
            let base = Self::load_alone(&path)?;
            seen.push(same_file(&path));
            extend.clone_from(&base.extend);
            config = config.over(base);
            extends = path;
        }
        Ok(config)
    }

    /// What both say, where this one extends the other. What it says itself holds; selections, rules, patterns and
    /// knowledge of the other are added to.
    fn over(self, base: Self) -> Self {
        let Self { path, extend, check, mut rules, knowledge, convert, fmt, workspace } = self;
        for (id, option) in base.rules {
            rules.entry(id).or_insert(option);
        }
        Self {
            path,
            extend,
            check: check.over(base.check),
            rules,
            knowledge: knowledge.over(base.knowledge),
            convert: convert.over(base.convert),
            fmt: fmt.over(base.fmt),
            workspace: match (base.workspace.is_empty(), workspace.is_empty()) {
                (true, _) => workspace,
                (_, true) => base.workspace,
                _ => {
                    let mut both = Workspace::clone(&base.workspace);
                    both.merge(Workspace::clone(&workspace));
                    Arc::new(both)
                }
            },
        }
    }
}

impl Check {
    fn over(self, base: Self) -> Self {
        let Self { select, mut extend_select, mut ignore, profile, fail_on, min_severity, exclude, per_path } =
            self;
        if select.is_none() {
            // A rule that is selected here is not ignored because the base ignores it.
            let still = |selector: &Selector| !extend_select.contains(selector);
            let ignored: Vec<Selector> = base.ignore.into_iter().filter(still).collect();
            ignore.splice(0..0, ignored);
            extend_select.splice(0..0, base.extend_select);
        }
        let mut paths = base.per_path;
        paths.retain(|other| per_path.iter().all(|own| own.pattern.text != other.pattern.text));
        paths.extend(per_path);
        Self {
            select: select.or(base.select),
            extend_select,
            ignore,
            profile: profile.or(base.profile),
            fail_on: fail_on.or(base.fail_on),
            min_severity: min_severity.or(base.min_severity),
            exclude: exclude.or(base.exclude),
            per_path: paths,
        }
    }
}

impl Knowledge {
    fn over(self, base: Self) -> Self {
        let Self { attack, connectors, tables, functions, watchlists } = self;
        Self {
            attack: attack.or(base.attack),
            connectors: [base.connectors, connectors].concat(),
            tables: [base.tables, tables].concat(),
            functions: [base.functions, functions].concat(),
            watchlists: [base.watchlists, watchlists].concat(),
        }
    }
}

impl Fmt {
    /// What one configuration, or the command line, says over what another does.
    #[must_use]
    pub fn over(self, base: Self) -> Self {
        Self { width: self.width.or(base.width), style: self.style.or(base.style) }
    }
}

impl Convert {
    fn over(self, base: Self) -> Self {
        Self {
            api_version: self.api_version.or(base.api_version),
            name_prefix: self.name_prefix.or(base.name_prefix),
            severity: self.severity.or(base.severity),
            enabled: self.enabled.or(base.enabled),
            start_at: self.start_at.or(base.start_at),
            no_incidents: self.no_incidents.or(base.no_incidents),
            params: self.params.or(base.params),
            with_template_link: self.with_template_link.or(base.with_template_link),
            long_description: self.long_description.or(base.long_description),
            solution: self.solution.or(base.solution),
            detection: self.detection.over(base.detection),
        }
    }
}

impl ConvertDetection {
    fn over(self, base: Self) -> Self {
        Self {
            form: self.form.or(base.form),
            id: self.id.or(base.id),
            frequency: self.frequency.or(base.frequency),
            lookback: self.lookback.or(base.lookback),
            api_version: self.api_version.or(base.api_version),
            keep_window: self.keep_window.or(base.keep_window),
            enabled: self.enabled.or(base.enabled),
            severity: self.severity.or(base.severity),
            name_prefix: self.name_prefix.or(base.name_prefix),
            tactic: self.tactic.or(base.tactic),
            no_derive_entities: self.no_derive_entities.or(base.no_derive_entities),
            strict: self.strict.or(base.strict),
        }
    }
}

/// A path that is the same for the same file, however it is named.
fn same_file(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| absolute(path))
}
