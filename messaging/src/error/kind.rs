//! The classes of errors.

/// The class of an [`Error`](crate::Error).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A URL, an option or a combination of them is wrong; nothing was connected.
    Config,
    /// No host of the URL could be reached, or the connection was lost.
    Connection,
    /// The broker refused the credentials, or the right to do this.
    AccessRefused,
    /// The virtual host does not exist, or the user may not use it.
    VirtualHost,
    /// The broker refused to declare an exchange or a queue.
    Topology,
    /// The target lacks something, such as a server's topic.
    Target,
    /// The method or a parameter is newer than the version pinned or capped; nothing was sent.
    Version,
    /// The time was up before the message could be handed to the broker; nothing was sent.
    NotSent,
    /// No queue takes messages for the target; nothing was delivered.
    Unroutable,
    /// The broker refused the message itself, such as one that is too large; nothing was delivered.
    Refused,
    /// The broker did not confirm the message in time, or the connection was lost before it did;
    /// whether it has it is not known.
    NotConfirmed,
    /// No reply came in time; whether the method ran is not known.
    Timeout,
    /// An argument or a result cannot be written as JSON.
    Encode,
    /// What a peer sent cannot be read, or is not of the type expected.
    Decode,
    /// The server has no such method.
    NoSuchMethod,
    /// No endpoint of the server serves that namespace and version.
    UnsupportedVersion,
    /// The server answered with a failure that the method's error type does not know.
    Remote,
    /// The transport or the server was closed.
    Closed,
}
