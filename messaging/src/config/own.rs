//! The options of this library's own, which hold for every driver.

/// What is settled of the group `messaging`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Own {
    /// How many bytes a message may have that is not compressed.
    pub(crate) max_message_size: usize,
    /// Whether each message names the user who sends it.
    pub(crate) send_user_id: bool,
    /// How many calls may wait for their answers at once.
    pub(crate) max_calls_in_flight: usize,
    /// Whether a call beyond these waits for one to end.
    pub(crate) wait_beyond_max_calls: bool,
}

#[cfg(test)]
impl Default for Own {
    fn default() -> Self {
        Self {
            max_message_size: 16 << 20,
            send_user_id: false,
            max_calls_in_flight: 65_536,
            wait_beyond_max_calls: true,
        }
    }
}
