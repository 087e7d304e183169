//! Texts with gaps, written `{name}`: a document gives them, records fill them.
//!
//! Knows neither what is written in them nor what fills them.

use crate::config::reader::Value;
use crate::problem::Problem;

/// A text with gaps; `G` names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template<G> {
    parts: Vec<Part<G>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part<G> {
    Text(String),
    Gap(G),
}

impl<G: Copy> Template<G> {
    /// Reads the text `value`, in which only gaps of `names` may stand. `None`, and what is wrong is reported, if it cannot
    /// be used.
    pub fn read(value: &Value<'_>, names: &[(&'static str, G)]) -> Option<Self> {
        let text = value.string()?;
        let (mut parts, mut rest, mut right) = (Vec::new(), text.as_str(), true);
        while let Some((before, after)) = rest.split_once('{') {
            parts.push(Part::Text(before.to_owned()));
            let Some((name, after)) = after.split_once('}') else {
                let problem = Problem::error(&value.spot_of(&rest[before.len()..]), "a gap is not closed");
                value.reporter().report(problem.hint("write `{name}`"));
                return None;
            };
            match names.iter().find(|(known, _)| *known == name) {
                Some(&(_, gap)) => parts.push(Part::Gap(gap)),
                None => {
                    let problem = Problem::error(&value.spot_of(&format!("{{{name}}}")), format!("nothing fills `{{{name}}}` here"));
                    value.reporter().report(problem.suggest(name, names.iter().map(|(known, _)| *known)));
                    right = false;
                }
            }
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        right.then_some(Template { parts })
    }

    /// The text with its gaps filled; `None` if there is nothing for one of them.
    pub fn fill(&self, value: impl Fn(G) -> Option<String>) -> Option<String> {
        let mut filled = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Gap(gap) => filled.push_str(&value(*gap).filter(|value| !value.is_empty())?),
            }
        }
        Some(filled)
    }
}
