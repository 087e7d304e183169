//! The topics that the service writes: their names and shapes (`topic`), and who asks the brokers about them and makes
//! the missing ones (`admin`). Knows no record.

pub(super) mod admin;
pub(super) mod topic;
