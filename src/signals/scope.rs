//! What a part of the rules may name while it is compiled: signals, conditions, facts. What it names is given back with it.

use super::{Builtin, Channels, Expression, Lexicons, Ref, SignalId};
use crate::config::reader::Value;
use crate::problem::{Problem, Reporter, Spot, Spotted};

/// Levels of nested expressions.
const MAX_DEPTH: usize = 8;

/// What is known of the whole rule set before any signal is compiled.
#[derive(Debug)]
pub struct Declared {
    /// The names of all signals, in the order of their numbers.
    pub signals: Vec<Spotted<String>>,
    /// The names of all conditions, likewise.
    pub conditions: Vec<Spotted<String>>,
    /// The classes of the platforms.
    pub channels: Channels,
    /// The signal that makes a post a complaint, if the rules name one that there is.
    pub complaint: Option<SignalId>,
}

/// What a part of the rules refers to.
#[derive(Debug, Default)]
pub struct Refers {
    /// Signals, facts and conditions on the post alone, in the order in which they are named.
    pub names: Vec<Ref>,
    /// Signals among them that must be scores, each with the place that says so.
    pub scores: Vec<Spotted<SignalId>>,
}

/// What compiling a part of the rules gives.
#[derive(Debug)]
pub struct Compiled<T> {
    /// The part; `None` if it cannot be used.
    pub part: Option<T>,
    /// What it refers to, whether it can be used or not.
    pub refers: Refers,
}

/// One part of the rules being compiled.
pub struct Scope<'c, 'r> {
    /// To whom problems are told.
    pub reporter: &'r Reporter,
    /// The lexicons, loaded as they are named.
    pub lexicons: &'c mut Lexicons<'r>,
    declared: &'c Declared,
    refers: Refers,
}

impl<'c, 'r> Scope<'c, 'r> {
    /// Compiles one part by `read`, and notes what it refers to.
    pub fn compile<T>(
        lexicons: &'c mut Lexicons<'r>,
        declared: &'c Declared,
        read: impl FnOnce(&mut Scope<'c, 'r>) -> Option<T>,
    ) -> Compiled<T> {
        let mut scope = Scope { reporter: lexicons.reporter(), lexicons, declared, refers: Refers::default() };
        let part = read(&mut scope);
        Compiled { part, refers: scope.refers }
    }

    /// Returns the classes of the platforms.
    pub fn channels(&self) -> &'c Channels {
        &self.declared.channels
    }

    /// Returns the signal that makes a post a complaint.
    pub fn complaint(&mut self) -> SignalId {
        // Rules without one are refused as a whole.
        let complaint = self.declared.complaint.unwrap_or_default();
        self.refers.names.push(Ref::Signal(complaint));
        complaint
    }

    /// Returns the signal called `name`; `None` if there is none, which is reported.
    pub fn signal(&mut self, name: &Spotted<String>) -> Option<SignalId> {
        match self.name(name)? {
            Ref::Signal(id) => Some(id),
            Ref::Condition(_) | Ref::Builtin(_) => {
                self.reporter.report(Problem::error(&name.spot, format!("`{}` is not a signal", name.value)));
                None
            }
        }
    }

    /// Returns the signal called `name`, and notes that it must be a score; `None` if there is none, which is reported.
    pub fn score(&mut self, name: &Spotted<String>) -> Option<SignalId> {
        let id = self.signal(name)?;
        self.refers.scores.push(Spotted { value: id, spot: name.spot.clone() });
        Some(id)
    }

    /// Returns what `name` stands for: a signal, a fact (`post.x`, `case.x`) or a condition on the post alone
    /// (`conditions.x`); `None` if nothing is called so, which is reported.
    pub fn name(&mut self, name: &Spotted<String>) -> Option<Ref> {
        let found = match name.value.strip_prefix("conditions.") {
            Some(condition) => number_of(&self.declared.conditions, condition).map(Ref::Condition),
            None => {
                let signal = || number_of(&self.declared.signals, &name.value).map(Ref::Signal);
                Builtin::from_name(&name.value).map(Ref::Builtin).or_else(signal)
            }
        };
        match found {
            Some(found) => self.refers.names.push(found),
            None => self.unknown_name(name),
        }
        found
    }

    fn unknown_name(&self, name: &Spotted<String>) {
        let conditions: Vec<String> = self.declared.conditions.iter().map(|condition| format!("conditions.{}", condition.value)).collect();
        let facts = Builtin::ALL.iter().map(|&(name, _)| name);
        let signals = self.declared.signals.iter().map(|signal| signal.value.as_str());
        let problem = Problem::error(&name.spot, format!("there is no signal `{}`", name.value));
        self.reporter.report(problem.suggest(&name.value, signals.chain(facts).chain(conditions.iter().map(String::as_str))));
    }

    /// Reads an expression: a name, or a table of `all`, `any`, `none`, `at_least` with `of`, all of which must hold.
    pub fn expression(&mut self, value: &Value<'_>) -> Option<Expression> {
        self.nested(value, &mut |scope, name| scope.name(name), 0)
    }

    /// Reads an expression over the conditions of the case, which stand in it by their plain names, and facts.
    pub fn expression_over_conditions(&mut self, value: &Value<'_>) -> Option<Expression> {
        let mut find = |scope: &mut Self, name: &Spotted<String>| {
            let at = number_of(&scope.declared.conditions, &name.value);
            if at.is_none() && Builtin::from_name(&name.value).is_none() {
                let problem = Problem::error(&name.spot, format!("there is no condition `{}`", name.value));
                let facts = Builtin::ALL.iter().map(|&(name, _)| name);
                let conditions = scope.declared.conditions.iter().map(|known| known.value.as_str());
                scope.reporter.report(problem.suggest(&name.value, conditions.chain(facts)));
                return None;
            }
            at.map(Ref::Condition).or_else(|| Builtin::from_name(&name.value).map(Ref::Builtin))
        };
        self.nested(value, &mut find, 0)
    }

    fn nested(
        &mut self,
        value: &Value<'_>,
        find: &mut dyn FnMut(&mut Self, &Spotted<String>) -> Option<Ref>,
        depth: usize,
    ) -> Option<Expression> {
        if depth > MAX_DEPTH {
            self.reporter.error(&value.spot(), format!("expressions nest at most {MAX_DEPTH} deep"));
            return None;
        }
        if !value.is_table() {
            return find(self, &value.spotted_string()?).map(Expression::Name);
        }
        let table = value.table()?;
        let mut parts = Vec::new();
        for (key, make) in
            [("all", Expression::All as fn(Vec<Expression>) -> Expression), ("any", Expression::Any), ("none", Expression::None)]
        {
            if table.has(key) {
                parts.push(make(self.list(&table.optional(key), find, depth)));
            }
        }
        if table.has("at_least") || table.has("of") {
            let least = table.required("at_least").integer(1..=64);
            let of = self.list(&table.required("of"), find, depth);
            if least.is_some_and(|least: usize| least > of.len()) && !self.reporter.has_errors() {
                self.reporter
                    .error(&table.optional("at_least").spot(), format!("`at_least` asks for more than the {} names in `of`", of.len()));
            }
            parts.push(Expression::AtLeast(least.unwrap_or(1), of));
        }
        let spot = table.spot();
        table.finish();
        self.one_of(parts, &spot)
    }

    fn one_of(&self, mut parts: Vec<Expression>, spot: &Spot) -> Option<Expression> {
        match parts.len() {
            0 => {
                self.reporter
                    .report(Problem::error(spot, "an expression must say something").hint("`all`, `any`, `none`, or `at_least` with `of`"));
                None
            }
            1 => parts.pop(),
            _ => Some(Expression::All(parts)),
        }
    }

    fn list(
        &mut self,
        value: &Value<'_>,
        find: &mut dyn FnMut(&mut Self, &Spotted<String>) -> Option<Ref>,
        depth: usize,
    ) -> Vec<Expression> {
        if value.is_list() {
            value.items().iter().filter_map(|item| self.nested(item, find, depth + 1)).collect()
        } else {
            self.nested(value, find, depth + 1).into_iter().collect()
        }
    }
}

/// Returns the number of `name` among the names in `list`.
fn number_of(list: &[Spotted<String>], name: &str) -> Option<u16> {
    list.iter().position(|known| known.value == name).and_then(|at| u16::try_from(at).ok())
}
