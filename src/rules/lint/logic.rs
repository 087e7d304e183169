//! Expressions that no post can meet, or that an earlier class always takes.
//!
//! What is reported is proved; what cannot be proved in a few steps is not reported.

use crate::problem::{Problem, Reporter};
use crate::rules::Rules;
use crate::signals::{Expression, Kind, Ref};

/// Derived signals within derived signals that are followed.
const MAX_DEPTH: usize = 12;

pub(super) fn lint(rules: &Rules, reporter: &Reporter) {
    let proof = Proof { rules };
    for signal in &rules.signals {
        if let Kind::Derived(derived) = &signal.kind
            && proof.never(&derived.when, 0)
        {
            reporter.report(never(Problem::warning(&signal.at, format!("no post can have the signal `{}`", signal.name))));
        }
    }
    for condition in rules.conditions.iter().filter(|condition| proof.never(&condition.when, 0)) {
        reporter.report(never(Problem::warning(&condition.at, format!("no post can meet the condition `{}`", condition.name))));
    }
    for (number, class) in rules.classes.iter().enumerate() {
        let Some(when) = &class.when else { continue };
        if proof.never(when, 0) {
            reporter.report(never(Problem::warning(&class.at, format!("no post can belong to the class `{}`", class.name))));
            continue;
        }
        let earlier = rules.classes[..number].iter().filter(|earlier| earlier.feeds == class.feeds);
        let taken = earlier.into_iter().find(|earlier| earlier.when.as_ref().is_some_and(|first| proof.implies(when, first, 0)));
        if let Some(earlier) = taken {
            let what = format!("the class `{}` can never be reached: `{}` at {} takes all its posts", class.name, earlier.name, earlier.at);
            reporter.report(Problem::warning(&class.at, what).hint("move it up, or remove it"));
        }
    }
}

fn never(problem: Problem) -> Problem {
    problem.hint("it asks for something and for its absence, or for more than there is")
}

struct Proof<'a> {
    rules: &'a Rules,
}

impl Proof<'_> {
    /// Returns whether no post can meet `expression`.
    fn never(&self, expression: &Expression, depth: usize) -> bool {
        if depth > MAX_DEPTH {
            return false;
        }
        match expression {
            Expression::Name(name) => self.behind(*name).is_some_and(|when| self.never(when, depth + 1)),
            Expression::Any(parts) => parts.iter().all(|part| self.never(part, depth + 1)),
            Expression::AtLeast(least, parts) => parts.iter().filter(|part| !self.never(part, depth + 1)).count() < *least,
            Expression::None(_) => false,
            Expression::All(parts) => parts.iter().any(|part| self.never(part, depth + 1) || self.is_refused(part, parts, depth)),
        }
    }

    /// Returns whether one of `all` says that `part` must not hold.
    fn is_refused(&self, part: &Expression, all: &[Expression], depth: usize) -> bool {
        let refused = all.iter().filter_map(|other| if let Expression::None(parts) = other { Some(parts) } else { None });
        refused.flatten().any(|refused| self.implies(part, refused, depth + 1))
    }

    /// Returns whether every post that meets `a` meets `b`.
    fn implies(&self, a: &Expression, b: &Expression, depth: usize) -> bool {
        if a == b {
            return true;
        }
        if depth > MAX_DEPTH {
            return false;
        }
        let implies = |a: &Expression, b: &Expression| self.implies(a, b, depth + 1);
        match (a, b) {
            (Expression::Any(parts), _) if !parts.is_empty() => return parts.iter().all(|part| implies(part, b)),
            (_, Expression::All(parts)) => return parts.iter().all(|part| implies(a, part)),
            (Expression::None(refused), Expression::None(parts)) => {
                return parts.iter().all(|part| refused.iter().any(|one| implies(part, one)));
            }
            (Expression::AtLeast(more, of), Expression::AtLeast(least, parts)) if of == parts => return more >= least,
            _ => {}
        }
        let of_a = match a {
            Expression::All(parts) => parts.iter().any(|part| implies(part, b)),
            Expression::Name(name) => self.behind(*name).is_some_and(|when| implies(when, b)),
            _ => false,
        };
        let of_b = match b {
            Expression::Any(parts) => parts.iter().any(|part| implies(a, part)),
            Expression::Name(name) => self.behind(*name).is_some_and(|when| implies(a, when)),
            _ => false,
        };
        of_a || of_b
    }

    /// Returns what a derived signal or a condition stands for.
    fn behind(&self, name: Ref) -> Option<&Expression> {
        match name {
            Ref::Signal(id) => match &self.rules.signal(id).kind {
                Kind::Derived(derived) => Some(&derived.when),
                _ => None,
            },
            Ref::Condition(number) => self.rules.conditions.get(usize::from(number)).map(|condition| &condition.when),
            Ref::Builtin(_) => None,
        }
    }
}
