//! A signal that follows from others.

use crate::config::reader::Value;
use crate::signals::agenda::Awaits;
use crate::signals::{Expression, Findings, History, Measure, Names, Scope, SignalId, Test, View};

/// A signal that holds where an expression over others does.
#[derive(Debug)]
pub struct Derived {
    /// As it was written.
    pub when: Expression,
    /// The same, to be tested.
    pub test: Test,
    /// The signals that it stands on, derived ones resolved.
    pub leaves: Vec<SignalId>,
}

impl Derived {
    /// Reads the expression `when`; `None` if something is wrong with it, which is reported.
    pub fn compile(when: &Value<'_>, scope: &mut Scope<'_, '_>) -> Option<Self> {
        let when = scope.expression(when)?;
        Some(Derived { test: Test::of(&when, &[]), when, leaves: Vec::new() })
    }

    /// Where it does not hold of nothing, one of some names must hold.
    pub(super) fn awaits(&self) -> Awaits<'_> {
        if self.test.holds(&Names::default()) {
            return Awaits::Nothing;
        }
        self.when.indispensable().map_or(Awaits::Nothing, |names| Awaits::Any { groups: None, names, base: None })
    }

    pub(super) fn evaluate(&self, _: &View<'_, '_>, _: &History<'_>, findings: &mut Findings) -> Measure {
        Measure::one(self.test.holds(&findings.names))
    }
}
