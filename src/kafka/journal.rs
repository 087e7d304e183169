//! The journal of the states: whose it is (`owner`), which rules its group has accepted
//! (`accepted`), and how it is read back (`reader`). Knows no customer.

pub(super) mod accepted;
pub(super) mod owner;
pub(super) mod reader;
