//! What can be used but hardly is what its author meant: warnings for `triage check`.
//!
//! Looks at a compiled rule set only; decides nothing about posts and changes nothing.

mod collisions;
mod covered;
mod guards;
mod logic;
mod numbers;
mod phrases;
mod reach;
#[cfg(test)]
mod tests;
mod variants;

use super::Rules;
use crate::problem::Reporter;

/// Reports what is odd in `rules`.
pub fn lint(rules: &Rules, reporter: &Reporter) {
    phrases::lint(rules, reporter);
    reach::lint(rules, reporter);
    covered::lint(rules, reporter);
    guards::lint(rules, reporter);
    collisions::lint(rules, reporter);
    logic::lint(rules, reporter);
    numbers::lint(rules, reporter);
}
