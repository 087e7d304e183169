//! Decides, post by post, who must look at what people write to a telecom's customer care.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod kafka;
pub mod post;
