//! How clients are made: their properties (`settings`), the login, what they tell from inside (`context`,
//! `statistics`), and whether any can be made at all (`examine`). Knows neither topics nor lanes.

pub(super) mod context;
pub(super) mod examine;
pub(super) mod login;
pub(super) mod settings;
pub(super) mod statistics;
