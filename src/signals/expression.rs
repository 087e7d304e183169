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

    /// Returns names of which one holds wherever the expression does, as few and as rare ones as it has; `None`: it may hold
    /// without any.
    pub fn indispensable(&self) -> Option<Vec<Ref>> {
        // One that holds where this many parts do: as many as may fail are looked past, the commonest.
        let rarest = |parts: &[Expression], least: usize| {
            let mut sets: Vec<_> = parts.iter().map(Expression::indispensable).collect();
            sets.sort_by_key(|names| names.as_deref().map_or(usize::MAX, commonness));
            let enough = (parts.len() + 1).saturating_sub(least.max(1));
            sets.into_iter().take(enough).collect::<Option<Vec<_>>>().map(|sets| sets.concat())
        };
        match self {
            Expression::Name(name) => Some(vec![*name]),
            Expression::None(_) => None,
            Expression::All(parts) if parts.is_empty() => None,
            Expression::All(parts) => rarest(parts, parts.len()),
            Expression::Any(parts) => rarest(parts, 1),
            Expression::AtLeast(0, _) => None,
            Expression::AtLeast(least, parts) => rarest(parts, *least),
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

/// How often one of `names` may hold: most posts have a few facts, few have a given signal.
fn commonness(names: &[Ref]) -> usize {
    const FACT: usize = 20;
    names.iter().map(|name| if matches!(name, Ref::Builtin(_)) { FACT } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn expressions() -> impl Strategy<Value = Expression> {
        let leaf = (0_u16..6).prop_map(|id| Expression::Name(Ref::Signal(id)));
        leaf.prop_recursive(4, 24, 4, |inner| {
            let parts = || proptest::collection::vec(inner.clone(), 0..4);
            prop_oneof![
                parts().prop_map(Expression::All),
                parts().prop_map(Expression::Any),
                parts().prop_map(Expression::None),
                (0_usize..5, parts()).prop_map(|(least, parts)| Expression::AtLeast(least, parts)),
            ]
        })
    }

    proptest! {
        #[test]
        fn nothing_holds_without_what_is_indispensable(expression in expressions(), met in 0_u16..64) {
            let is = |name| matches!(name, Ref::Signal(id) if met & (1 << id) != 0);
            if let Some(names) = expression.indispensable() && expression.holds(&is) {
                prop_assert!(names.iter().any(|name| is(*name)), "{expression:?} {met:b} {names:?}");
            }
        }
    }

    #[test]
    fn the_rarest_part_is_awaited() {
        let (name, fact) = (|id| Expression::Name(Ref::Signal(id)), Expression::Name(Ref::Builtin(Builtin::IsReply)));
        let check = |expression: Expression, expected: Option<&[SignalId]>| {
            let names = expected.map(|ids| ids.iter().map(|id| Ref::Signal(*id)).collect::<Vec<_>>());
            assert_eq!(expression.indispensable(), names, "{expression:?}");
        };
        let either = Expression::Any(vec![name(1), name(2)]);
        check(Expression::All(vec![fact.clone(), either.clone(), Expression::None(vec![name(3)])]), Some(&[1, 2]));
        check(Expression::All(vec![either.clone(), name(4)]), Some(&[4]));
        check(Expression::AtLeast(2, vec![fact, either, name(4)]), Some(&[4, 1, 2]));
        check(Expression::Any(vec![name(1), Expression::None(vec![name(2)])]), None);
        check(Expression::All(vec![]), None);
    }

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
