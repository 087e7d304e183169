//! `telkomcare.ct0_handoff.v1`: a complaint about a call of CT-0 or PRANPC that somebody handed in, and how far its form is
//! (W-02).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::post::Millis;
use crate::signals::Evidence;

/// The `schema` of a hand-off record.
pub const HANDOFF_SCHEMA: &str = "telkomcare.ct0_handoff.v1";

/// `step` of the record that a mail brings about, beside the mail's own.
pub const SUBMITTED: &str = "submitted";

/// A hand-off as it stands after one of its steps.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct HandoffRecord<'a> {
    /// The name of the record: `telkomcare.ct0_handoff.v1`.
    pub schema: &'static str,
    /// The same for the same step however often it is computed: readers drop what they have seen.
    pub id: String,
    /// What happened: `submitted`, or the step that the case event reports.
    pub step: &'static str,
    /// `<customer key of the sender>:<id of the mail>`; readers compare it, and do not take it apart.
    pub case_id: String,
    /// When this step happened.
    pub at: Millis,
    /// The form that it stands for (W-02 6).
    pub form: &'a str,
    /// Who handed it in.
    pub submitted_by: SubmittedBy<'a>,
    /// When the mail arrived: the time of its record.
    pub received_at: Millis,
    /// Whom the complaint is about.
    pub customer: HandoffCustomer,
    /// `PRANPC` or `CT-0`, by the months of arrears; `null` where the text does not give them.
    pub program: Option<&'a str>,
    /// The criteria of W-02 5.2 that the text meets.
    pub criteria: Vec<String>,
    /// The day of the call, so far as the text gives it.
    pub offer_call_date: Option<String>,
    /// What the customer owes, so far as the text gives it.
    pub arrears: Arrears,
    /// The recording of the call.
    pub voice_recording: VoiceRecording<'a>,
    /// What the recording tells, as the desk wrote it.
    pub chronology: Option<String>,
    /// The quality control officer who reported last.
    pub qco: Option<String>,
    /// The supervisor who validated the recording.
    pub spv_validated_by: Option<String>,
    /// When.
    pub spv_validated_at: Option<Millis>,
    /// The approval of the operational manager.
    pub manager_approval: ManagerApproval,
    /// When the result went to who handed the complaint in.
    pub sent_to_external_at: Option<Millis>,
    /// Fields that are still to be filled in, in the order of the work.
    pub missing: Vec<&'static str>,
    /// The last day on which it is kept (W-02 6: two years).
    pub retention_until: String,
    /// Why the criteria are met.
    pub evidence: Vec<Evidence<'a>>,
    /// Hash of the rules that decided.
    pub rules: &'a str,
    /// `topic/partition/offset` of the inbox record.
    pub source: &'a str,
}

/// Who handed a complaint in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SubmittedBy<'a> {
    /// Name of the party in `lists/ct0.toml`.
    pub party: String,
    /// Address or number of the sender.
    pub contact: &'a str,
    /// How it came.
    pub channel: HandoffChannel,
}

/// How a hand-off came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HandoffChannel {
    /// As a mail.
    Email,
    /// As a direct message.
    Whatsapp,
}

/// Whom a hand-off is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HandoffCustomer {
    /// Number of the customer's line, so far as the text gives it.
    pub number: Option<String>,
    /// Name of the customer: for the desk to fill in.
    pub name: Option<String>,
    /// Where the customer's profile is: for the desk to fill in.
    pub profile_ref: Option<String>,
}

/// What a customer owes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Arrears {
    /// In rupiah.
    pub amount_idr: Option<u64>,
    /// Months.
    pub months: Option<u32>,
}

/// The recording of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct VoiceRecording<'a> {
    /// It has to be found before anything else.
    pub required: bool,
    /// Where it is looked for.
    pub application: &'a str,
    /// Its format.
    pub format: &'a str,
    /// Its file, as the desk named it.
    pub file_ref: Option<String>,
    /// Whether it was found.
    pub status: RecordingStatus,
}

/// Whether a recording was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordingStatus {
    /// Nobody has said.
    Requested,
    /// It was.
    Found,
    /// It is not there.
    Missing,
}

/// The approval of a manager.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ManagerApproval {
    /// Who approved.
    pub name: Option<String>,
    /// When.
    pub at: Option<Millis>,
}

/// What of the form the text of a mail gives.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoffForm {
    /// Number of the customer's line, digits alone.
    pub customer_number: Option<String>,
    /// What he owes, in rupiah.
    pub amount_idr: Option<u64>,
    /// For how many months.
    pub months: Option<u32>,
    /// The day of the call, `YYYY-MM-DD`.
    pub call_date: Option<String>,
}
