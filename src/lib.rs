//! Decides, post by post, who must look at what people write to a telecom's customer care.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod author;
pub mod case;
pub mod cli;
pub mod config;
pub mod engine;
pub mod formats;
pub mod kafka;
pub mod post;
pub mod problem;
pub mod record;
pub mod replay;
pub mod route;
pub mod rules;
pub mod signals;
pub mod text;
pub mod verdict;
