//! What is compiled.

/// A program to compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Subject {
    pub(super) kind: Kind,
    /// How many methods its trait has.
    pub(super) methods: u32,
}

/// What makes a service of its trait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Nothing: the implementation is called.
    Plain,
    /// `#[rpc_api]`.
    Messaging,
    /// `#[tarpc::service]`.
    Tarpc,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Plain, Self::Messaging, Self::Tarpc];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Messaging => "messaging",
            Self::Tarpc => "tarpc",
        }
    }
}

impl Subject {
    /// Each kind with one method, then each with many, in the order in which they take turns.
    pub(super) fn all(methods: u32) -> Vec<Self> {
        let of = |methods| Kind::ALL.map(|kind| Self { kind, methods });
        [of(1), of(methods)].concat()
    }

    /// The name of its package and of its program.
    pub(super) fn package(self) -> String {
        format!("{}-{}", self.kind.name(), self.methods)
    }
}
