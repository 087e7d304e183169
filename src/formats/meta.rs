//! The envelope that Facebook and Instagram webhooks share: entries of an account, each with changes.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::batch::Batch;
use super::wire::Scalar;
use super::{Raw, Rejected};
use crate::post::{Post, Str, lenient};

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    entry: Vec<&'a RawValue>,
}

/// What was delivered for one account at one time.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry<'a> {
    #[serde(borrow, deserialize_with = "lenient::value")]
    id: Option<Str<'a>>,
    #[serde(borrow)]
    time: Scalar<'a>,
    #[serde(borrow)]
    changes: Option<Vec<&'a RawValue>>,
    /// Documented Instagram examples put the change on the entry itself.
    #[serde(borrow, deserialize_with = "lenient::value")]
    field: Option<Str<'a>>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Change<'a> {
    #[serde(borrow)]
    field: Str<'a>,
    #[serde(borrow)]
    value: &'a RawValue,
}

/// The account that a change was delivered for, and when.
pub(super) struct Account<'e, 'a> {
    /// The page or the professional account.
    pub(super) id: Option<&'e Str<'a>>,
    /// When the webhook was sent, not when the post was written.
    pub(super) time: &'e Scalar<'a>,
}

impl Account<'_, '_> {
    /// Returns whether the author `id` is the account itself; `None` where he is not, so that the configured accounts
    /// decide.
    pub(super) fn wrote(&self, id: Option<&Str<'_>>) -> Option<bool> {
        let id = id?.non_blank()?;
        (self.id?.non_blank()? == id).then_some(true)
    }
}

/// Reads every change by `read_change(field, value, account)`, which answers `None` for fields that hold no post.
pub(super) fn read<'a>(
    raw: &Raw<'a>,
    read_change: impl for<'e> Fn(&str, &'a str, &Account<'e, 'a>) -> Option<Result<Post<'a>, Rejected>>,
) -> Result<Batch<'a>, Rejected> {
    let envelope: Envelope<'_> = serde_json::from_slice(raw.bytes)?;
    let mut batch = Batch::default();
    for entry in envelope.entry {
        let entry: Entry<'_> = match serde_json::from_str(entry.get()) {
            Ok(entry) => entry,
            Err(error) => {
                batch.add(Err(error.into()))?;
                continue;
            }
        };
        let account = Account { id: entry.id.as_ref(), time: &entry.time };
        if let (Some(field), Some(value)) = (&entry.field, entry.value)
            && let Some(post) = read_change(field, value.get(), &account)
        {
            batch.add(post)?;
        }
        for change in entry.changes.iter().flatten() {
            match serde_json::from_str::<Change<'_>>(change.get()) {
                Err(error) => batch.add(Err(error.into()))?,
                Ok(change) => {
                    if let Some(post) = read_change(&change.field, change.value.get(), &account) {
                        batch.add(post)?;
                    }
                }
            }
        }
    }
    Ok(batch)
}
