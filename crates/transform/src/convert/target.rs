//! What content is converted to.

use std::fmt;

use crate::content::Form;

/// What content is converted to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// A deployable ARM template.
    #[default]
    Arm,
    /// A deployable Bicep file.
    Bicep,
    /// The template of a Content hub solution.
    Solution,
    /// A hunting query becomes a scheduled rule.
    Scheduled,
    /// A hunting query becomes an NRT rule.
    Nrt,
    /// A custom detection of Defender, in one of its forms.
    Detection(Form),
    /// ARM templates become content again.
    Yaml,
}

impl Target {
    /// Every target.
    pub const ALL: [Self; 7] = [
        Self::Arm,
        Self::Bicep,
        Self::Solution,
        Self::Scheduled,
        Self::Nrt,
        Self::Detection(Form::Graph),
        Self::Yaml,
    ];

    /// The name used on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Arm => "arm",
            Self::Bicep => "bicep",
            Self::Solution => "solution",
            Self::Scheduled => "scheduled",
            Self::Nrt => "nrt",
            Self::Detection(_) => "detection",
            Self::Yaml => "yaml",
        }
    }

    /// The extension of the files it makes.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Bicep | Self::Detection(Form::Bicep) => "bicep",
            Self::Scheduled | Self::Nrt | Self::Yaml | Self::Detection(Form::Yaml) => "yaml",
            Self::Arm | Self::Solution | Self::Detection(_) => "json",
        }
    }

    /// Whether it makes a custom detection.
    pub fn is_detection(self) -> bool {
        matches!(self, Self::Detection(_))
    }

    /// Whether its inputs are templates, and not content.
    pub fn reads_json(self) -> bool {
        self == Self::Yaml
    }

    /// Whether many resources can be put into one file.
    pub fn merges(self) -> bool {
        matches!(self, Self::Arm | Self::Bicep | Self::Detection(Form::Arm | Form::Bicep))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
