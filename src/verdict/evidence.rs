//! Why it was decided so: evidence for what is met, and for what a post came close to.

use smallvec::SmallVec;

use super::Candidate;
use crate::rules::{Class, Condition, Rules};
use crate::signals::{Evidence, Findings, Kind, Place, SignalId, Trace, View, What, of_trace};

/// Pieces of evidence that most verdicts have at most.
const USUAL_EVIDENCE: usize = 8;

/// Returns evidence for the complaint, the conditions and `class`, in this order.
pub(super) fn gather<'a>(rules: &'a Rules, candidate: &Candidate<'_, 'a>, class: &'a Class, findings: &Findings) -> Vec<Evidence<'a>> {
    let mut evidence = of_conditions(rules, &candidate.view, findings, candidate.conditions, candidate.explained);
    add_class_evidence(rules, &candidate.view, findings, class, &mut evidence);
    evidence
}

/// Returns evidence for the complaint, for the conditions that the post meets, and for those it comes close to (D69); with
/// `every`, for all conditions.
fn of_conditions<'a>(rules: &'a Rules, view: &View<'_, 'a>, findings: &Findings, here: &[bool], every: bool) -> Vec<Evidence<'a>> {
    let mut evidence = Vec::with_capacity(USUAL_EVIDENCE);
    let leaves = if findings.met(rules.complaint) { &*rules.complaint_leaves } else { &[] };
    for &leaf in leaves.iter().filter(|leaf| findings.met(**leaf)) {
        let first = evidence.len();
        if first >= rules.evidence.most {
            break;
        }
        push_evidence(rules, view, findings, leaf, &mut evidence);
        drop_repeated(&mut evidence, 0, first, same_entry);
    }
    evidence.truncate(rules.evidence.most);
    for piece in &mut evidence {
        piece.signal = Some(rules.signal(rules.complaint).name.as_str().into());
    }
    for (condition, &met) in rules.conditions.iter().zip(here) {
        let first = evidence.len();
        if met {
            for leaf in telling(rules, condition, findings) {
                push_evidence(rules, view, findings, leaf, &mut evidence);
            }
        } else if every || is_close(condition, findings, rules.evidence.close) {
            for leaf in missing(condition, findings) {
                push_evidence(rules, view, findings, leaf, &mut evidence);
            }
        }
        for piece in &mut evidence[first..] {
            piece.condition = Some(condition.name.as_str().into());
            piece.clause = Some(condition.clause.as_str().into());
            piece.met = met;
        }
        drop_repeated(&mut evidence, first, first, same_place);
    }
    evidence
}

/// Returns the signals that speak for `condition`, which the post meets. A conjunct that the complaint meets is told with it: what
/// else would have met it (a question, a request) says nothing more. But no condition is met without a word: where the complaint
/// would tell all of it (a threat that is a complaint by itself), it is told twice.
fn telling(rules: &Rules, condition: &Condition, findings: &Findings) -> SmallVec<[SignalId; 8]> {
    let complains = findings.met(rules.complaint);
    let of_complaint = |leaf: &SignalId| rules.complaint_leaves.contains(leaf);
    let told = |leaves: &[SignalId]| complains && leaves.iter().any(|leaf| of_complaint(leaf) && findings.met(*leaf));
    let untold = condition.conjuncts.iter().filter(|(_, leaves)| !told(leaves)).flat_map(|(_, leaves)| leaves);
    let telling = met_once(untold.filter(|leaf| !of_complaint(leaf)), findings);
    if !telling.is_empty() {
        return telling;
    }
    let is_complaint = |leaves: &[SignalId]| rules.complaint_leaves.iter().all(|leaf| leaves.contains(leaf));
    let its_own = condition.conjuncts.iter().filter(|(_, leaves)| !is_complaint(leaves)).flat_map(|(_, leaves)| leaves);
    met_once(its_own, findings)
}

/// Returns those of `leaves` that are met, each once.
fn met_once<'l>(leaves: impl IntoIterator<Item = &'l SignalId>, findings: &Findings) -> SmallVec<[SignalId; 8]> {
    let mut met = SmallVec::new();
    for &leaf in leaves.into_iter().filter(|leaf| findings.met(**leaf)) {
        if !met.contains(&leaf) {
            met.push(leaf);
        }
    }
    met
}

/// Returns, for each conjunct that the post does not meet, the signal that came nearest to meeting it.
fn missing(condition: &Condition, findings: &Findings) -> SmallVec<[SignalId; 4]> {
    let nearness = |&leaf: &SignalId| {
        let finding = findings.get(leaf);
        finding.value / finding.threshold.max(f32::EPSILON)
    };
    let unmet = condition.conjuncts.iter().filter(|(conjunct, _)| !conjunct.holds(&findings.names));
    let nearest = unmet.filter_map(|(_, leaves)| leaves.iter().copied().max_by(|a, b| nearness(a).total_cmp(&nearness(b))));
    nearest.collect()
}

fn is_close(condition: &Condition, findings: &Findings, close: f32) -> bool {
    let near = condition.named.iter().any(|&id| {
        let finding = findings.get(id);
        let enough = !finding.met && finding.value >= close * finding.threshold;
        enough && (finding.threshold < 1.0 || (finding.threshold > 1.0 - f32::EPSILON && finding.value > 0.0))
    });
    near || condition.partly.holds(&findings.names)
}

/// Adds the evidence of one signal: what speaks for it most, each place once, or where nothing in the text does what it measured.
fn push_evidence<'a>(rules: &'a Rules, view: &View<'_, 'a>, findings: &Findings, id: SignalId, evidence: &mut Vec<Evidence<'a>>) {
    let signal = rules.signal(id);
    let before = evidence.len();
    for reason in reasons(rules, findings, id) {
        let piece = of_trace(&in_text(rules, findings, reason), id, &signal.name, view, findings);
        let is_told = |known: &Evidence<'_>| match (known.span, piece.span) {
            (Some([from, to]), Some([first, end])) => from <= first && end <= to,
            (known_place, place) => known_place == place && known.entry == piece.entry,
        };
        if (piece.entry.is_some() || piece.span.is_some()) && !evidence[before..].iter().any(is_told) {
            evidence.push(piece);
        }
        if evidence.len() == before + rules.evidence.most {
            break;
        }
    }
    if evidence.len() == before {
        let finding = findings.get(id);
        evidence.push(Evidence {
            signal: Some(signal.name.as_str().into()),
            post_id: (*view.post.post_id).into(),
            met: finding.met,
            value: finding.value,
            threshold: finding.threshold,
            ..Evidence::default()
        });
    }
    for piece in &mut evidence[before..] {
        piece.clause = signal.clause.as_deref().map(Into::into);
    }
}

/// Returns what speaks for signal `id`: of a score what adds to it or to the score that it goes on from, the heaviest first, what
/// weighs the same in the order in which it was found; what adds less than half of the heaviest is not what decided.
fn reasons<'f>(rules: &Rules, findings: &'f Findings, id: SignalId) -> SmallVec<[&'f Trace; 16]> {
    let Kind::Score(_) = rules.signal(id).kind else { return findings.traces(id).iter().collect() };
    let mut reasons: SmallVec<[&Trace; 16]> = SmallVec::new();
    let mut next = Some(id);
    while let Some(id) = next {
        next = if let Kind::Score(score) = &rules.signal(id).kind { score.of } else { None };
        let base = next.map(What::Signal);
        reasons.extend(findings.traces(id).iter().filter(|trace| trace.weight > 0.0 && Some(trace.what) != base));
    }
    let heaviest = reasons.iter().map(|trace| trace.weight).fold(0.0, f32::max);
    reasons.retain(|trace| trace.weight >= heaviest / 2.0);
    reasons.sort_by(|one, other| other.weight.total_cmp(&one.weight));
    reasons
}

/// Returns `reason`, or if it is another signal the longest of what speaks for that, by which people know it.
fn in_text(rules: &Rules, findings: &Findings, reason: &Trace) -> Trace {
    let What::Signal(id) = reason.what else { return *reason };
    let length = |trace: &&Trace| match trace.place {
        Place::Tokens(first, end) => end - first,
        Place::Text(_) | Place::Elsewhere => 0,
    };
    let longest = |id| {
        let found = reasons(rules, findings, id).into_iter().filter(|trace| !matches!(trace.what, What::Signal(_)));
        // Of those as long as it the first.
        found.rev().max_by_key(length)
    };
    let found = match &rules.signal(id).kind {
        Kind::Derived(derived) => derived.leaves.iter().copied().filter(|leaf| findings.met(*leaf)).find_map(longest),
        _ => longest(id),
    };
    *found.unwrap_or(reason)
}

/// Drops the pieces after `first` that say under the name of another signal what one from `against` on says already, as `same`
/// has it.
fn drop_repeated(evidence: &mut Vec<Evidence<'_>>, against: usize, first: usize, same: fn(&Evidence<'_>, &Evidence<'_>) -> bool) {
    let mut at = first;
    while let Some(piece) = evidence.get(at) {
        if evidence[against..at].iter().any(|known| known.met == piece.met && same(known, piece)) {
            evidence.remove(at);
        } else {
            at += 1;
        }
    }
}

/// The same entry at the same place.
fn same_entry(known: &Evidence<'_>, piece: &Evidence<'_>) -> bool {
    piece.entry.is_some() && known.entry == piece.entry && same_place(known, piece)
}

/// The same place, whatever is known to stand there.
fn same_place(known: &Evidence<'_>, piece: &Evidence<'_>) -> bool {
    piece.span.is_some() && known.span == piece.span
}

/// Adds evidence for what decided the class, where the conditions do not say it already.
fn add_class_evidence<'a>(rules: &'a Rules, view: &View<'_, 'a>, findings: &Findings, class: &'a Class, evidence: &mut Vec<Evidence<'a>>) {
    let first = evidence.len();
    for &leaf in class.leaves.iter().filter(|leaf| findings.met(**leaf)) {
        let signal = &rules.signal(leaf).name;
        if !evidence.iter().any(|piece| piece.met && piece.signal.as_ref().is_some_and(|name| *name == *signal.as_str())) {
            push_evidence(rules, view, findings, leaf, evidence);
        }
    }
    drop_repeated(evidence, 0, first, same_entry);
    for piece in &mut evidence[first..] {
        if piece.clause.is_none() {
            piece.clause = class.clause.as_deref().map(Into::into);
        }
    }
}
