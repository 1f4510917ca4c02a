//! The classes of errors.

macro_rules! kinds {
    ($($(#[$doc:meta])+ $kind:ident,)+) => {
        /// The class of an [`Error`](crate::Error). The page [`errors`](crate::errors) has a
        /// section for each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[$doc])+ $kind,)+
        }

        impl ErrorKind {
            /// All kinds, in the order of the page [`errors`](crate::errors).
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];
        }
    };
}

kinds! {
    /// The server answered with a failure that the method's error type does not know;
    /// [`failure`](crate::Error::failure) has all of it.
    Remote,
    /// The method had begun, and the server cut it off, as a shutdown does whose budget is used up.
    Cancelled,
    /// The server had taken the request and shut down before its method began.
    ShuttingDown,
    /// All workers of the server were busy, and it is one that says so; or this transport has as
    /// many calls in flight as it may. The method did not begin.
    Busy,
    /// The server could not read the request: its body, or an argument that is missing, unexpected
    /// or of another type. The method did not run.
    BadRequest,
    /// The server has no such method.
    NoSuchMethod,
    /// No endpoint of the server serves that namespace and version.
    UnsupportedVersion,
    /// No reply came in time; whether the method ran is not known.
    Timeout,
    /// What a peer sent cannot be read, or is not of the type expected.
    Decode,
    /// The transport was closed here.
    Closed,
    /// No queue takes messages for the target; nothing was delivered.
    Unroutable,
    /// The time was up before the message could be handed to the broker; nothing was sent.
    NotSent,
    /// The broker did not confirm the message in time, or the connection was lost before it did;
    /// whether it has it is not known.
    NotConfirmed,
    /// The broker refused the message itself, such as one that is too large; nothing was delivered.
    Refused,
    /// No host of the URL could be reached, or the connection was lost.
    Connection,
    /// The method or a parameter is newer than the version pinned or capped; nothing was sent.
    Version,
    /// An argument or a result cannot be written as JSON.
    Encode,
    /// The target lacks something, such as a server's topic.
    Target,
    /// A URL, an option or a combination of them is wrong; nothing was connected.
    Config,
    /// The broker refused the credentials, or the right to do this.
    AccessRefused,
    /// The virtual host does not exist, or the user may not use it.
    VirtualHost,
    /// The broker refused to declare an exchange or a queue.
    Topology,
}

impl ErrorKind {
    /// What to do about an error of this kind, as one clause; the error's own text may say it more
    /// closely.
    #[must_use]
    pub fn next_step(self) -> &'static str {
        match self {
            Self::Config => {
                "correct the URL or the option that it names; `Config::explain` tells where each \
                 value came from"
            }
            Self::Connection => {
                "check that the broker runs and that the hosts of the transport URL lead to it; \
                 the transport connects anew by itself"
            }
            Self::AccessRefused => {
                "check the user and the password in the transport URL, and what the broker lets \
                 the user do"
            }
            Self::VirtualHost => {
                "check the last part of the transport URL, and that the user may use the virtual \
                 host"
            }
            Self::Topology => {
                "give the services that share the exchange or the queue the same options, or \
                 delete it"
            }
            Self::Target => "name a topic, a server and an exchange that a broker can have",
            Self::Version => {
                "prepare a client for a version that has it, once all servers have that version"
            }
            Self::Encode => "change the value to one that JSON can hold",
            Self::NotSent => {
                "look whether the broker can be reached, and allow more time with `.timeout(..)`"
            }
            Self::Unroutable => {
                "start a server of the topic, or correct the topic, the server and the exchange"
            }
            Self::Refused => "make the message smaller, or raise the broker's limit",
            Self::NotConfirmed => {
                "call again if the method is idempotent, and else look first whether it has run"
            }
            Self::Timeout => {
                "look whether a server is slow, stuck or gone, and allow more time with \
                 `.timeout(..)`"
            }
            Self::Decode => "make the type here one that holds what the peer sends",
            Self::BadRequest => "send the arguments that the server's version of the method takes",
            Self::NoSuchMethod => {
                "call a method that the server's API has and its access policy allows, or upgrade \
                 the server"
            }
            Self::UnsupportedVersion => {
                "prepare a client for a version that the servers have, with \
                 `.prepare().version(..)`, or upgrade them"
            }
            Self::Remote => {
                "read its `failure()`, and give the method's error type a variant for the class if \
                 it is to be told from others"
            }
            Self::Cancelled => {
                "call again if the method is idempotent, and else look first what it has done"
            }
            Self::Busy => "call again after a pause, or start more servers",
            Self::ShuttingDown => "call again, and another server takes it",
            Self::Closed => "connect a new transport",
        }
    }
}
