//! What an API is, in our own nouns: no tokens to emit, no attribute to read.

use std::fmt;
use std::time::Duration;

use proc_macro2::Span;
use syn::{Attribute, ExprPath, Generics, Ident, Path, Type};

/// A value and the place where the user wrote it.
#[derive(Clone)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

/// An API.
pub(crate) struct Api {
    pub(crate) topic: String,
    pub(crate) version: Version,
    pub(crate) namespace: Option<String>,
    /// Where the runtime crate is; none means `::messaging`.
    pub(crate) root: Option<Path>,
    /// Where `schema` asks for the schemas of all that travels.
    pub(crate) schema: Option<Span>,
    pub(crate) docs: String,
    pub(crate) methods: Vec<Method>,
    /// False beside errors: what is generated then is there to be named, and never runs.
    pub(crate) is_sound: bool,
}

/// An API as far as it was understood: what is missing has been reported.
pub(crate) struct Draft {
    pub(crate) api: Api,
    /// Whether the version is one that the user wrote.
    pub(crate) has_version: bool,
    /// Whether it is known where the runtime crate is.
    pub(crate) has_root: bool,
}

pub(crate) struct Method {
    pub(crate) ident: Ident,
    /// Its own type parameters, which it has beside errors alone.
    pub(crate) generics: Generics,
    pub(crate) attributes: MethodAttributes,
    pub(crate) docs: String,
    /// The name on the wire; empty once it was reported.
    pub(crate) name: At<String>,
    pub(crate) since: Option<At<Version>>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) cast: bool,
    pub(crate) idempotent: bool,
    /// Runs to its end also where nobody waits for it any more.
    pub(crate) no_cancel: bool,
    /// Not `async`: runs on a thread where blocking is allowed.
    pub(crate) blocking: bool,
    pub(crate) context: Context,
    pub(crate) params: Vec<Param>,
    pub(crate) output: Type,
    /// Where the output is written: to find it, all of its tokens are looked at.
    pub(crate) output_span: Span,
}

/// The attributes of a method that go further than the trait.
pub(crate) struct MethodAttributes {
    /// `cfg`, also under a `cfg_attr`: to everything that is made of the method.
    pub(crate) cfg: Vec<Attribute>,
    /// `doc`, `deprecated`, `allow`, likewise: to the client's method.
    pub(crate) client: Vec<Attribute>,
}

/// The first argument after `&self`, by position: no type name is read.
pub(crate) struct Context {
    pub(crate) span: Span,
}

pub(crate) struct Param {
    /// `cfg`, also under a `cfg_attr`: to everything that is made of the parameter.
    pub(crate) cfg: Vec<Attribute>,
    /// `_` if it has none.
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    /// Where the type is written.
    pub(crate) ty_span: Span,
    /// The name on the wire; empty once it was reported.
    pub(crate) name: At<String>,
    pub(crate) since: Option<At<Version>>,
    pub(crate) default: Option<ParamDefault>,
}

/// What a parameter is when a request leaves it out.
pub(crate) enum ParamDefault {
    /// `Default::default()` of its type.
    OfType,
    /// What this function returns.
    Function(ExprPath),
}

/// `MAJOR.MINOR`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    pub(crate) major: u32,
    pub(crate) minor: u32,
}

impl Api {
    /// The version that brought `method`: the first of the API's major unless it says otherwise.
    pub(crate) fn since(&self, method: &Method) -> Version {
        let first = Version { major: self.version.major, minor: 0 };
        method.since.as_ref().map_or(first, |since| since.value)
    }

    /// The version that brought `param`: that of its method unless it says otherwise.
    pub(crate) fn param_since(&self, method: &Method, param: &Param) -> Version {
        param.since.as_ref().map_or_else(|| self.since(method), |since| since.value)
    }

    /// Whether `param` came after its method, so that older peers do not know it.
    pub(crate) fn is_added(&self, method: &Method, param: &Param) -> bool {
        self.param_since(method, param) > self.since(method)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}
