//! One value that all lanes read and a reload replaces.

use std::sync::{Arc, Mutex, PoisonError};

/// A shared value that can be exchanged as a whole. Lanes look at it once per transaction, so a lock is cheap enough.
#[derive(Debug)]
pub struct Swap<T>(Mutex<Arc<T>>);

impl<T> Swap<T> {
    /// Holds `value`.
    pub fn new(value: T) -> Self {
        Swap(Mutex::new(Arc::new(value)))
    }

    /// The value now.
    pub fn get(&self) -> Arc<T> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Exchanges it: whoever asks from now on gets `value`.
    pub fn set(&self, value: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(value);
    }
}
