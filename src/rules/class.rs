//! A class of posts: when a post belongs to it, where it goes, what it is tagged with.

use crate::config::reader::{Table, Value};
use crate::post::Platform;
use crate::problem::{Problem, Spot};
use crate::record::Destination;
use crate::signals::{Expression, Ref, Scope, SignalId, Test};

/// A class of posts. The first that holds wins.
#[derive(Debug)]
pub struct Class {
    /// Its name in records.
    pub name: String,
    /// When a post belongs to it; `None`: always.
    pub when: Option<Expression>,
    /// The same, to be tested; `None`: always.
    pub test: Option<Test>,
    /// Where its posts go.
    pub route: Destination,
    /// For each platform the note that W-21 fixes, if any.
    pub note: [Option<String>; Platform::ALL.len()],
    /// Fields of the desk's application in place of those of all classes.
    pub tagging: Option<Vec<(String, String)>>,
    /// Its posts count in the case, in windows and in series.
    pub feeds: bool,
    /// Why its posts are put aside.
    pub reason: Option<String>,
    /// The sentence of the work instruction.
    pub clause: Option<String>,
    /// The signals that decide it.
    pub leaves: Vec<SignalId>,
    /// Where it is written.
    pub at: Spot,
}

impl Class {
    /// Reads one `[[classes]]` table.
    pub fn compile(table: Table<'_>, scope: &mut Scope<'_, '_>) -> Option<Self> {
        let spot = table.spot();
        let name = table.required("name").string();
        let when = table.optional("when");
        let when = if when.is_present() { Some(scope.expression(&when)) } else { None };
        let route = table.required("route").one_of(&Destination::ALL.map(|destination| (destination.name(), destination)));
        let note = read_note(&table.optional("note"));
        let tagging = table.optional("tagging");
        let tagging = if tagging.is_present() { tagging.table().map(|table| read_tagging(&table)) } else { None };
        let feeds = table.optional("feeds").bool().unwrap_or(true);
        let reason = table.optional("reason").string();
        let clause = table.optional("clause").string();
        table.finish();
        if !feeds && when.iter().flatten().any(asks_for_outcome) {
            let problem = Problem::error(&spot, "a class with `feeds = false` asks what its post does to the case");
            scope.reporter.report(problem.hint("a post that does not feed the case changes nothing in it"));
        }
        if route == Some(Destination::Skipped) && (feeds || reason.is_none()) {
            let problem = Problem::error(&spot, "a class that is skipped needs a `reason` and `feeds = false`");
            scope.reporter.report(problem.hint("what nobody looks at must not count towards a complaint"));
        }
        if tagging.is_some() && route.is_some_and(|route| route != Destination::Oot) {
            let problem = Problem::warning(&spot, "a class whose posts are not out of topic names tagging that no record shows");
            scope.reporter.report(problem.hint("only records routed to `oot` carry tagging"));
        }
        let when = match when {
            Some(when) => Some(when?),
            None => None,
        };
        let (name, route) = (name?, route?);
        Some(Class { name, when, test: None, route, note, tagging, feeds, reason, clause, leaves: Vec::new(), at: spot })
    }
}

/// Fields of the desk's application and their values, in the order of the document.
pub(super) fn read_tagging(table: &Table<'_>) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for (name, value) in table.entries() {
        if name.value == "note" {
            let problem = Problem::error(&name.spot, "the note is no field of its own here");
            table.reporter().report(problem.hint("give the class a `note`"));
        } else if let Some(value) = value.string() {
            fields.push((name.value, value));
        }
    }
    fields
}

/// Returns one note for all platforms, or one for each.
fn read_note(value: &Value<'_>) -> [Option<String>; Platform::ALL.len()] {
    if !value.is_present() {
        return Default::default();
    }
    let Some(by_platform) = value.is_table().then(|| value.table()).flatten() else {
        let note = value.string();
        return Platform::ALL.map(|_| note.clone());
    };
    let notes = Platform::ALL.map(|platform| by_platform.optional(platform.name()).string());
    by_platform.finish();
    notes
}

fn asks_for_outcome(expression: &Expression) -> bool {
    let mut asks = false;
    expression.names(&mut |name, _| asks |= matches!(name, Ref::Builtin(fact) if fact.is_outcome()));
    asks
}
