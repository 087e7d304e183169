//! The transactional loop that both stages share. Knows no rule and no format.

pub(super) mod assignment;
pub(super) mod batch;
pub(super) mod life;
pub(super) mod limit;
pub(super) mod positions;
pub(super) mod report;
pub(super) mod service;
pub(super) mod transaction;
