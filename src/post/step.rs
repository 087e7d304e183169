//! The steps by which a hand-off is worked on (W-02 5.3), as the ticketing side reports them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step of a hand-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HandoffStep {
    /// The voice recording of the call was found (W-02 5.3.2).
    RecordingFound,
    /// It was looked for and is not there.
    RecordingMissing,
    /// The chronology is on the form (W-02 5.3.4).
    ChronologyWritten,
    /// The supervisor has validated the recording (W-02 5.3.5).
    SpvValidated,
    /// The manager has approved the form (W-02 5.3.6).
    ManagerApproved,
    /// The result went to the party that handed the complaint in (W-02 5.3.7).
    Sent,
}

impl HandoffStep {
    /// All of them, in the order of the work instruction.
    pub const ALL: [HandoffStep; 6] = [
        HandoffStep::RecordingFound,
        HandoffStep::RecordingMissing,
        HandoffStep::ChronologyWritten,
        HandoffStep::SpvValidated,
        HandoffStep::ManagerApproved,
        HandoffStep::Sent,
    ];

    /// Returns the name in records.
    pub fn name(self) -> &'static str {
        match self {
            HandoffStep::RecordingFound => "recording_found",
            HandoffStep::RecordingMissing => "recording_missing",
            HandoffStep::ChronologyWritten => "chronology_written",
            HandoffStep::SpvValidated => "spv_validated",
            HandoffStep::ManagerApproved => "manager_approved",
            HandoffStep::Sent => "sent",
        }
    }
}
