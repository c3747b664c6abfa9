//! The name of a connection: whose token, whose circuit.

use crate::unit::Invalid;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest name, in bytes.
const LONGEST: usize = 64;

/// A way to another system, with its address, credentials and limits, as the host names it.
///
/// 1 to 64 letters, digits and `-._~`, so that it fits a key, a header and a file name as it is.
///
/// ```
/// use replenish::flow::ConnectionId;
/// assert_eq!(ConnectionId::new("erp-1")?.as_str(), "erp-1");
/// assert_eq!(ConnectionId::new("a/b").unwrap_err().code, "connection_invalid");
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(try_from = "String", into = "String")]
pub struct ConnectionId(String);

impl ConnectionId {
    /// Checks and takes a name.
    ///
    /// # Errors
    ///
    /// When it is empty, longer than 64 characters, or has other characters than the named ones.
    pub fn new(name: &str) -> Result<Self, Invalid> {
        Self::try_from(name.to_owned())
    }

    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ConnectionId {
    type Error = Invalid;

    fn try_from(name: String) -> Result<Self, Invalid> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if (1..=LONGEST).contains(&name.len()) && name.bytes().all(plain) {
            return Ok(Self(name));
        }
        let expected = "1 to 64 letters, digits or `-._~`";
        Err(Invalid::new("connection_invalid", expected, name))
    }
}

impl From<ConnectionId> for String {
    fn from(id: ConnectionId) -> Self {
        id.0
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_would_need_escaping_and_deserializes_through_the_same_check() {
        for bad in ["", "a b", "a/b", "é", "a%", &"x".repeat(65)] {
            assert_eq!(ConnectionId::new(bad).unwrap_err().code, "connection_invalid", "{bad:?}");
            assert!(serde_json::from_str::<ConnectionId>(&format!("{bad:?}")).is_err());
        }
        let id = ConnectionId::new(&"x".repeat(64)).unwrap();
        let text = serde_json::to_string(&id).unwrap();
        assert_eq!(serde_json::from_str::<ConnectionId>(&text).unwrap(), id);
    }
}
