//! Helpers of the tests that cross the crates or drive the binary.
