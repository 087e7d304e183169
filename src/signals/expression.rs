//! The tiny boolean language of conditions and classes: `all`, `any`, `none`, `at_least n of`.

use super::{Builtin, SignalId};

/// A name in an expression, resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ref {
    /// A signal, by its number.
    Signal(SignalId),
    /// A condition, by its number; on the post alone or cumulative, as the place of use says.
    Condition(u16),
    /// A fact that needs no configuration.
    Builtin(Builtin),
}

/// A boolean expression over names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// What the name stands for holds.
    Name(Ref),
    /// `all`: every part holds; without parts it holds.
    All(Vec<Expression>),
    /// `any`: a part holds; without parts it does not hold.
    Any(Vec<Expression>),
    /// `none`: no part holds; without parts it holds.
    None(Vec<Expression>),
    /// `at_least`: that many parts hold, or more.
    AtLeast(usize, Vec<Expression>),
}

impl Expression {
    /// Returns whether the expression holds, asking `is` for each name.
    pub fn holds(&self, is: &impl Fn(Ref) -> bool) -> bool {
        match self {
            Expression::Name(name) => is(*name),
            Expression::All(parts) => parts.iter().all(|part| part.holds(is)),
            Expression::Any(parts) => parts.iter().any(|part| part.holds(is)),
            Expression::None(parts) => !parts.iter().any(|part| part.holds(is)),
            Expression::AtLeast(least, parts) => parts.iter().filter(|part| part.holds(is)).count() >= *least,
        }
    }

    /// Calls `visit` with every name; `true` where the name speaks for the expression, `false` under a `none`.
    pub fn names(&self, visit: &mut impl FnMut(Ref, bool)) {
        self.visit(true, visit);
    }

    fn visit(&self, speaks_for: bool, visit: &mut impl FnMut(Ref, bool)) {
        match self {
            Expression::Name(name) => visit(*name, speaks_for),
            Expression::None(parts) => parts.iter().for_each(|part| part.visit(!speaks_for, visit)),
            Expression::All(parts) | Expression::Any(parts) | Expression::AtLeast(_, parts) => {
                parts.iter().for_each(|part| part.visit(speaks_for, visit));
            }
        }
    }

    /// Returns what holds where one of the parts does that must come together: the expression is close then (D69). It never
    /// holds where there are no such parts.
    pub fn partly(&self) -> Expression {
        match self {
            Expression::All(parts) => Expression::Any(parts.iter().filter(|part| !matches!(part, Expression::None(_))).cloned().collect()),
            Expression::AtLeast(_, parts) => Expression::Any(parts.clone()),
            Expression::Name(_) | Expression::Any(_) | Expression::None(_) => Expression::Any(Vec::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_says_what_it_reads_like() {
        let name = |id| Expression::Name(Ref::Signal(id));
        let check = |expression: &Expression, met: &[SignalId], holds: bool| {
            let is = |name| matches!(name, Ref::Signal(id) if met.contains(&id));
            assert_eq!(expression.holds(&is), holds, "{expression:?} {met:?}");
        };
        let all = Expression::All(vec![name(1), Expression::None(vec![name(2)])]);
        check(&all, &[1], true);
        check(&all, &[1, 2], false);
        check(&all, &[], false);
        let three = Expression::AtLeast(3, (1..=5).map(name).collect());
        check(&three, &[1, 3], false);
        check(&three, &[1, 3, 5], true);
        check(&Expression::Any(vec![]), &[], false);
        check(&Expression::All(vec![]), &[], true);
    }
}
