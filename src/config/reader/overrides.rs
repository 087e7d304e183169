//! Values given outside the document, by environment variables and options, that take precedence over it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::problem::{Problem, Reporter, Severity, Spot, Spotted, did_you_mean};

/// How the names of our variables begin.
const VARIABLE: &str = "TRIAGE_";

/// Values by dotted path (`kafka.brokers`). Their texts are read as the type that is asked for; lists are separated by
/// commas.
#[derive(Default)]
pub struct Overrides {
    given: BTreeMap<String, Given>,
    asked: RefCell<BTreeSet<String>>,
}

/// One value of an [`Overrides`].
pub(super) struct Given {
    pub(super) text: String,
    pub(super) spot: Spot,
    name: fn(&str) -> String,
}

impl Overrides {
    /// The variables `TRIAGE_A__B` of the environment (section `a`, key `b`) and above them the options `a.b`. An empty
    /// variable counts as absent: that is how scripts and compose files leave one out.
    pub fn new(env: impl Iterator<Item = (String, String)>, options: &[(String, String)]) -> Self {
        let mut overrides = Overrides::default();
        for (name, text) in env.filter(|(_, text)| !text.is_empty()) {
            if let Some(path) = name.strip_prefix(VARIABLE) {
                overrides.insert(path.to_lowercase().replace("__", "."), text, variable);
            }
        }
        for (path, text) in options {
            overrides.insert(path.clone(), text.clone(), option);
        }
        overrides
    }

    /// Returns the one value at `path`, in place of the one that is written.
    pub fn replacing(path: &str, text: &str) -> Self {
        let mut overrides = Overrides::default();
        overrides.insert(path.to_owned(), text.to_owned(), str::to_owned);
        overrides
    }

    pub(super) fn get(&self, path: &str) -> Option<&Given> {
        self.asked.borrow_mut().insert(path.to_owned());
        self.given.get(path)
    }

    #[cfg(test)]
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.borrow().iter().cloned().collect()
    }

    /// Names of the values below the table `path`.
    pub(super) fn below(&self, path: &str) -> Vec<Spotted<String>> {
        let name = |given: &str| given.strip_prefix(path)?.strip_prefix('.').map(str::to_owned);
        self.given.iter().filter_map(|(path, given)| Some(Spotted { value: name(path)?, spot: given.spot.clone() })).collect()
    }

    /// Reports what no one asked for (D127). A variable that neither has our form nor is almost one of ours may be somebody else's:
    /// Kubernetes gives every process `TRIAGE_PORT` where a service is called `triage`.
    pub(super) fn report_unknown(&self, reporter: &Reporter) {
        let asked = self.asked.borrow();
        for (path, given) in self.given.iter().filter(|(path, _)| !asked.contains(*path)) {
            let names: Vec<String> = asked.iter().map(|path| (given.name)(path)).collect();
            let mut problem = Problem::error(&given.spot, "there is no such setting");
            let name = (given.name)(path);
            let near = did_you_mean(&name, names.iter().map(String::as_str));
            if name.starts_with(VARIABLE) && !path.contains('.') && near.is_none() {
                problem.severity = Severity::Warning;
            }
            reporter.report(match near {
                Some(near) => problem.hint(format!("did you mean `{near}`?")),
                None => problem,
            });
        }
    }

    fn insert(&mut self, path: String, text: String, name: fn(&str) -> String) {
        let spot = Spot::whole(name(&path));
        self.given.insert(path, Given { text, spot, name });
    }
}

fn variable(path: &str) -> String {
    format!("{VARIABLE}{}", path.replace('.', "__").to_uppercase())
}

fn option(path: &str) -> String {
    format!("--set {path}")
}
