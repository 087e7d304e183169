//! What lies in topics, read without a trace by the commands that look on: at one moment (`onlooker`), a part of a topic
//! (`range`), one record by its `coordinates`, what a group
//! has `judged` last. Knows nothing of what the records mean.

pub(super) mod coordinates;
pub(super) mod judged;
pub(super) mod onlooker;
pub(super) mod range;
