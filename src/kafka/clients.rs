//! How clients are made: their properties (`settings`), the login, what they tell from inside (`context`, `statistics`), which
//! brokers they reach (`reach`), what is wrong with what brokers show them (`certificate`), and whether any can be made at all
//! (`examine`). Knows neither topics nor lanes.

pub(super) mod certificate;
pub(super) mod context;
pub(super) mod examine;
pub(super) mod login;
mod reach;
pub(super) mod settings;
pub(super) mod statistics;
