//! Tests that see only the public surface; see the folders.
