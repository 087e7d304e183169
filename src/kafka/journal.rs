//! The journal of the states: whose it is (`owner`), and how it is read back (`reader`). Knows no customer.

pub(super) mod owner;
pub(super) mod reader;
