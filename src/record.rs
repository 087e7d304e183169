//! Wire shapes of everything that is written: the verdict on a post, the records of an escalation, those of a hand-off, and
//! what rules on trial would have decided.
//!
//! What a record says is decided elsewhere; here it only gets its shape.

mod arrival;
mod escalation;
mod handoff;
mod output;
pub mod schema;
mod shadow;
mod skip;
mod terminal;
mod triage;

pub use self::arrival::Arrival;
pub use self::escalation::{Background, Clocks, ESCALATION_SCHEMA, EscalationRecord, EscalationType, Silenced};
pub use self::handoff::{
    Arrears, HANDOFF_SCHEMA, HandoffChannel, HandoffCustomer, HandoffForm, HandoffRecord, ManagerApproval, RecordingStatus, SUBMITTED,
    SubmittedBy, VoiceRecording,
};
pub use self::output::{Destination, Output};
pub use self::shadow::{Decision, SHADOW_SCHEMA, ShadowRecord};
pub use self::skip::{Skip, UNREAD};
pub use self::terminal::{RETURNED, ends_its_input, handoff_ends_its_input};
pub use self::triage::{CaseView, PostView, TRIAGE_SCHEMA, Tagging, TriageRecord};
