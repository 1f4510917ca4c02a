//! Versions that the compiler knows: literals as types, and what a client may send under them.

mod omitted;
mod rules;

use std::fmt;
use std::ops::Deref;

use crate::Version;

pub use omitted::{Argument, Omitted, omitted};
use omitted::{Given, LeftOut};
pub use rules::{Has, Takes};

/// The version `MAJOR.MINOR` as a type, which [`version!`](macro@crate::version) makes of a
/// literal.
///
/// A client that is pinned to it, such as `SchedulerClientAt<Pinned<2, 3>>`, does not compile where
/// it sends what is newer. Its one value stands for the [`Version`], to which it dereferences and
/// turns by `into()`.
///
/// ```
/// use messaging::{Pinned, Version, version};
///
/// let literal: Pinned<2, 3> = version!("2.3");
/// let version: Version = literal.into();
/// assert_eq!(version, literal);
/// assert_eq!(Pinned::<2, 3>::VERSION.to_string(), "2.3");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Pinned<const MAJOR: u32, const MINOR: u32>;

/// The version of a client that is known at run time alone, if it is pinned at all: what is newer
/// is refused before anything is sent.
#[derive(Debug)]
pub enum AnyVersion {}

/// What the version of a client is to the compiler: [`Pinned`], or [`AnyVersion`].
pub trait Pin: sealed::Sealed + 'static {
    /// The version, where the compiler knows it.
    const VERSION: Option<Version>;
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::AnyVersion {}
    impl<const MAJOR: u32, const MINOR: u32> Sealed for super::Pinned<MAJOR, MINOR> {}
}

impl Pin for AnyVersion {
    const VERSION: Option<Version> = None;
}

impl<const MAJOR: u32, const MINOR: u32> Pin for Pinned<MAJOR, MINOR> {
    const VERSION: Option<Version> = Some(Self::VERSION);
}

impl<const MAJOR: u32, const MINOR: u32> Pinned<MAJOR, MINOR> {
    /// The version.
    pub const VERSION: Version = Version::new(MAJOR, MINOR);

    /// The version as a value that forgets its type, as a `const` needs it.
    #[must_use]
    pub const fn version(self) -> Version {
        Self::VERSION
    }
}

impl<const MAJOR: u32, const MINOR: u32> Deref for Pinned<MAJOR, MINOR> {
    type Target = Version;

    fn deref(&self) -> &Version {
        &Self::VERSION
    }
}

impl<const MAJOR: u32, const MINOR: u32> From<Pinned<MAJOR, MINOR>> for Version {
    fn from(_: Pinned<MAJOR, MINOR>) -> Self {
        Pinned::<MAJOR, MINOR>::VERSION
    }
}

impl<const MAJOR: u32, const MINOR: u32> PartialEq<Version> for Pinned<MAJOR, MINOR> {
    fn eq(&self, other: &Version) -> bool {
        Self::VERSION == *other
    }
}

impl<const MAJOR: u32, const MINOR: u32> PartialEq<Pinned<MAJOR, MINOR>> for Version {
    fn eq(&self, _: &Pinned<MAJOR, MINOR>) -> bool {
        *self == Pinned::<MAJOR, MINOR>::VERSION
    }
}

impl<const MAJOR: u32, const MINOR: u32> fmt::Display for Pinned<MAJOR, MINOR> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Self::VERSION.fmt(f)
    }
}

impl<const MAJOR: u32, const MINOR: u32> fmt::Debug for Pinned<MAJOR, MINOR> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "version!(\"{}\")", Self::VERSION)
    }
}

/// A version from a literal, checked by the compiler: a value, or in the place of a type the type
/// of that value, [`Pinned`].
///
/// A client that is pinned to it is checked by the compiler as well:
///
#[cfg_attr(feature = "macros", doc = "```")]
#[cfg_attr(not(feature = "macros"), doc = "```ignore")]
/// # use messaging::{Context, Failure, Proxy as _, Transport, omitted, rpc_api, version};
/// #[rpc_api(topic = "scheduler", version = "2.6")]
/// trait Scheduler {
///     async fn hosts(
///         &self,
///         ctx: &Context,
///         memory: u32,
///         #[rpc(since = "2.6")] zone: String,
///     ) -> Result<Vec<String>, Failure>;
/// }
///
/// # async fn example(transport: &Transport) -> Result<(), Box<dyn std::error::Error>> {
/// let scheduler = SchedulerClient::new(transport);
/// let old = scheduler.prepare().version(version!("2.3")).build()?;
/// old.hosts(512, omitted()).await?;
/// // old.hosts(512, "north".to_owned()) does not compile:
/// // parameter `zone` of method `hosts` needs version Pinned<2, 6>
///
/// struct Service {
///     scheduler: SchedulerClientAt<version!("2.3")>,
/// }
/// # let _ = Service { scheduler: old };
/// # Ok(()) }
/// ```
///
/// ```compile_fail
/// messaging::version!("2"); // a version is written MAJOR.MINOR
/// ```
#[macro_export]
macro_rules! version {
    ($text:expr) => {
        $crate::Pinned::<{ $crate::__private::major($text) }, { $crate::__private::minor($text) }>
    };
}

/// The major of a literal.
///
/// # Panics
///
/// While compiling, if it is no version.
#[must_use]
pub const fn major(text: &str) -> u32 {
    match Version::parse(text) {
        Ok(version) => version.major,
        Err(_) => panic!("a version is written MAJOR.MINOR, such as \"2.6\""),
    }
}

/// The minor of a literal; of one that is no version, [`major`] tells.
#[must_use]
pub const fn minor(text: &str) -> u32 {
    match Version::parse(text) {
        Ok(version) => version.minor,
        Err(_) => 0,
    }
}
