//! Whose a result is: ours as long as it is what sentlint wrote.

use serde_json::Value;

use super::sums::{Ownership, summed};
use super::{Target, arm, bicep, reverse};
use crate::content::Form;

/// Whose a text is that stands where a result of a target belongs.
pub fn ownership(target: Target, text: &str) -> Ownership {
    match target {
        Target::Arm | Target::Solution | Target::Detection(Form::Arm) => {
            let own = serde_json::from_str::<Value>(text).is_ok_and(|json| arm::is_own_template(&json));
            // What no longer reads as JSON was edited.
            let damaged = !own && text.contains(&format!("\"{}\": \"", arm::SUM_KEY));
            if own || damaged { summed(text, &arm::sum_start()) } else { Ownership::Foreign }
        }
        Target::Bicep | Target::Detection(Form::Bicep) if bicep::is_own(text) => {
            summed(text, bicep::SUM_START)
        }
        // The body of a request has no place for a mark.
        Target::Bicep | Target::Detection(Form::Bicep | Form::Graph | Form::GraphOld) => Ownership::Foreign,
        Target::Scheduled | Target::Nrt | Target::Yaml | Target::Detection(Form::Yaml) => {
            reverse::ownership(text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::{ArmTemplate, bicep};

    #[test]
    fn an_edit_is_seen_and_line_ends_are_none() {
        let results =
            [(Target::Arm, ArmTemplate::new(&[]).to_json()), (Target::Bicep, bicep(&[], Some("a"), false))];
        for (target, text) in results {
            assert_eq!(ownership(target, &text), Ownership::Ours, "{text}");
            assert_eq!(ownership(target, &text.replace('\n', "\r\n")), Ownership::Ours);
            assert_eq!(
                ownership(target, &text.replacen("workspace", "space", 1)),
                Ownership::Edited,
                "{text}"
            );
            assert_eq!(ownership(target, "x"), Ownership::Foreign);
        }
        assert_eq!(
            ownership(Target::Arm, "{\"metadata\":{\"_generator\":{\"name\":\"sentlint\"}}}"),
            Ownership::Unsure
        );
        assert_eq!(ownership(Target::Bicep, "// Made by sentlint from a\n"), Ownership::Unsure);
    }
}
