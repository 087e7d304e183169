//! The topics that the service writes: their names (`topic`), the shape each must have (`shape`), and who asks the brokers
//! about them and makes the missing ones (`admin`). Knows no record.

pub(super) mod admin;
mod shape;
pub(super) mod topic;
