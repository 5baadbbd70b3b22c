//! How a message becomes bytes: the fields in their order, without their names.
//!
//! Both modules come from one build, so neither has to find out what the other meant. Names would make the messages
//! several times as long, and the two modules larger by what reads and writes them.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The bytes of a message.
pub fn encode(message: &impl Serialize) -> Vec<u8> {
    // Fails only for sequences of unknown length, and a message has none: the tests send every kind.
    postcard::to_allocvec(message).unwrap_or_default()
}

/// The message that these bytes are.
///
/// # Errors
/// That they are none, in words.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    postcard::from_bytes(bytes).map_err(|_| "a message that the two modules do not both understand".to_owned())
}
