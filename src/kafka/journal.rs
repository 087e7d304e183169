//! The journal of the states: read back when a lane gets a partition. Knows no customer.

pub(super) mod reader;
