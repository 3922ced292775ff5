//! `non-ascii-validations`: no file has a character outside ASCII.

use super::{Asks, Check, Gate, Opens};
use crate::rules::yaml::hidden_direction_mark::HiddenDirectionMark;
use crate::rules::yaml::non_ascii::NonAscii;

pub(super) static GATE: Gate = Gate {
    workflow: "non-ascii-validations",
    checks: &[
        Check::new::<NonAscii>(Opens::All, Asks::File(|cx, out| NonAscii::check_all(cx, |_| false, out))),
        Check::as_rule(Opens::All, &HiddenDirectionMark),
    ],
};
