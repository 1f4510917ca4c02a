//! Where the broker is, and as whom it is spoken to.

use std::fmt;
use std::str::FromStr;

/// A broker's address, with a login: `amqp://guest:guest@127.0.0.1:5672/`, the virtual host `/` alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    pub(super) address: String,
    pub(super) user: String,
    pub(super) password: String,
}

impl FromStr for Login {
    type Err = String;

    /// No error of this quotes the text: it may hold a password.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
        let whole = rest.split(['/', '?']).next().unwrap_or_default();
        let (login, address) = whole.rsplit_once('@').unwrap_or(("guest:guest", whole));
        let (user, password) = login.split_once(':').ok_or("a login is user:password")?;
        if !address.contains(':') {
            return Err("an address is host:port".to_owned());
        }
        let (address, user) = (address.to_owned(), user.to_owned());
        Ok(Self { address, user, password: password.to_owned() })
    }
}

impl fmt::Debug for Login {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Login").field(&self.address).finish()
    }
}
