//! What a server tells of its methods, and what was meant by a name that none of them has.

use std::time::Duration;

use messaging::contract::{Contract, MethodContract};
use messaging::introspection::{ApiDescription, Description};
use messaging::{ErrorKind, MethodDescriptor, Version, introspection::Introspection};

use super::check;
use super::given::{Args, Given};
use crate::bus::{self, Said, suggest};
use crate::connect::Connection;
use crate::exit::{Exit, Failure};
use crate::text;

/// What a server tells of itself; nothing, if it does not.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    pub(crate) apis: Vec<ApiDescription>,
    /// Whether it might, and did not in time.
    pub(crate) is_silent: bool,
}

/// A method that was found.
#[derive(Clone, Debug)]
pub(crate) struct Method {
    /// The API, for the types that its schemas refer to.
    pub(super) api: Contract,
    pub(crate) contract: MethodContract,
    /// The namespace in which it is asked for.
    pub(crate) namespace: Option<String>,
}

impl Known {
    /// Asks the one server, or any; and if that tells nothing of itself, since it is one in Python,
    /// all of them.
    pub(crate) async fn ask(
        connection: &Connection,
        topic: &str,
        server: Option<&str>,
        consumers: Option<u64>,
        within: Duration,
    ) -> Result<Self, Failure> {
        let mut target = messaging::Target::topic(topic);
        target.server = server.map(str::to_owned);
        let introspection = Introspection::of(&connection.transport, target)?;
        let error = match introspection.describe().timeout(within).await {
            Ok(description) => return Ok(Self::of(description)),
            Err(error) => error,
        };
        let tells_nothing =
            matches!(error.kind(), Some(ErrorKind::UnsupportedVersion | ErrorKind::NoSuchMethod));
        if !tells_nothing {
            return Ok(Self { is_silent: true, ..Self::default() });
        }
        if server.is_some() || consumers == Some(1) {
            return Ok(Self::default());
        }
        let asked = bus::ask(connection, topic, None, within, |it| it.describe()).await?;
        let told = asked.heard.into_iter().find_map(|heard| match heard.said {
            Said::Told(description) => Some(description),
            Said::Nothing | Said::Failed(_) => None,
        });
        Ok(told.map(Self::of).unwrap_or_default())
    }

    fn of(description: Description) -> Self {
        Self { apis: description.apis, is_silent: false }
    }

    /// Whether nothing is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.apis.is_empty()
    }

    /// The method of this name; in the namespace, if one is named, and of the version, if one is.
    /// Without them it is that of the null namespace and the first in the server's order, or the only
    /// one of the name.
    pub(super) fn find(
        &self,
        topic: &str,
        name: &str,
        namespace: Option<&str>,
        version: Option<Version>,
    ) -> Result<Method, Failure> {
        let is_named = self.apis.iter().any(|api| api.contract.method(name).is_some());
        // What serves every method does not name each.
        let wanted = if is_named { name } else { MethodDescriptor::ANY.name };
        let has = |api: &&ApiDescription| api.contract.method(wanted).is_some();
        let serves =
            |api: &&ApiDescription| version.is_none_or(|it| api.contract.version.serves(it));
        let found = match namespace {
            Some(namespace) => {
                self.apis.iter().find(|api| api.is_in(Some(namespace)) && has(api) && serves(api))
            }
            None => {
                let null = self.apis.iter().find(|api| api.is_in(None) && has(api) && serves(api));
                let mut others = self.apis.iter().filter(has).filter(serves);
                null.or_else(|| others.next().filter(|_| others.next().is_none()))
            }
        };
        let found = found.and_then(|api| Some((api, api.contract.method(wanted)?)));
        let Some((api, method)) = found else {
            return Err(self.not_found(topic, name, namespace, version));
        };
        let namespace = match namespace {
            Some(namespace) => Some(namespace.to_owned()),
            None if api.is_in(None) => None,
            None => api.contract.namespace.clone(),
        };
        Ok(Method { api: api.contract.clone(), contract: method.clone(), namespace })
    }

    fn not_found(
        &self,
        topic: &str,
        name: &str,
        namespace: Option<&str>,
        version: Option<Version>,
    ) -> Failure {
        let (topic, shown) = (text::line(topic), text::line(name));
        let with_it: Vec<_> =
            self.apis.iter().filter(|api| api.contract.method(name).is_some()).collect();
        if !with_it.is_empty() {
            let wanted = match (namespace, version) {
                (Some(namespace), Some(version)) => {
                    format!("in namespace `{}` and version {version}", text::line(namespace))
                }
                (Some(namespace), None) => format!("in namespace `{}`", text::line(namespace)),
                (None, Some(version)) => format!("for version {version}"),
                (None, None) => "in the null namespace, and in several others".to_owned(),
            };
            let places: Vec<_> = with_it.iter().map(|api| place(&api.contract)).collect();
            return Failure::new(
                Exit::Unknown,
                format!("method `{shown}` of topic `{topic}` is not {wanted}"),
            )
            .hint(format!("it is in {}", places.join("; ")))
            .hint("say which by --namespace and --version");
        }
        self.unknown(&topic, name).hint("what the server does not tell is sent by --no-check")
    }

    /// That no API has a method of this name, if that is so.
    pub(crate) fn lacks(&self, topic: &str, name: &str) -> Option<Failure> {
        let any = MethodDescriptor::ANY.name;
        let has =
            |api: &ApiDescription| [name, any].iter().any(|it| api.contract.method(it).is_some());
        let lacks = !self.is_empty() && !self.apis.iter().any(has);
        lacks.then(|| self.unknown(&text::line(topic), name))
    }

    /// That there is no such method, with those that there are.
    fn unknown(&self, topic: &str, name: &str) -> Failure {
        let shown = text::line(name);
        let names: Vec<_> = self.names().collect();
        let failure =
            Failure::new(Exit::Unknown, format!("topic `{topic}` has no method `{shown}`"));
        let failure = match suggest(name, names.iter().map(String::as_str)) {
            Some(meant) => failure.hint(format!("did you mean `{}`?", text::line(meant))),
            None => failure,
        };
        let lists = self.apis.iter().map(|api| {
            let methods: Vec<_> =
                api.contract.methods.iter().map(|it| text::line(&it.name)).collect();
            format!("{}: {}", place(&api.contract), methods.join(", "))
        });
        lists.fold(failure, Failure::hint)
    }

    /// The names of all methods.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        self.apis.iter().flat_map(|api| api.contract.methods.iter().map(|it| it.name.clone()))
    }
}

/// `Scheduler 2.6`, with its namespace.
fn place(contract: &Contract) -> String {
    let name = text::line(&contract.name);
    match &contract.namespace {
        Some(namespace) => {
            format!("{name} {} (namespace `{}`)", contract.version, text::line(namespace))
        }
        None => format!("{name} {}", contract.version),
    }
}

impl Method {
    /// The arguments, as the schema takes them.
    ///
    /// # Errors
    ///
    /// [`Exit::Arguments`], with each that is not known, is missing or does not fit.
    pub(super) fn arguments(&self, given: &Given) -> Result<Args, Failure> {
        match self.is_any() {
            true => Ok(given.as_it_is()),
            false => check::arguments(self, given),
        }
    }

    /// Whether it is no method of its own, but stands for all that are not named.
    fn is_any(&self) -> bool {
        self.contract.name == MethodDescriptor::ANY.name
    }

    /// The lowest version that has the method and these arguments.
    pub(super) fn version_for(&self, args: &Args) -> Version {
        if self.is_any() {
            return Version::new(self.api.version.major, 0);
        }
        let params = self.contract.params.iter().filter(|param| args.contains_key(&param.name));
        params.map(|param| param.since).fold(self.contract.since, Version::max)
    }

    /// What `--help` behind the method shows.
    pub(super) fn help(&self, topic: &str) -> String {
        let MethodContract { name, since, docs, params, .. } = &self.contract;
        let mut help = format!("{name}, of {} on topic {topic}\n", place(&self.api));
        if !docs.is_empty() {
            help.push_str(&format!("\n{}\n", docs.trim()));
        }
        let mut facts = vec![format!("since {since}")];
        facts.extend(self.contract.cast.then(|| "a cast: nobody answers".to_owned()));
        facts.extend(self.contract.idempotent.then(|| "idempotent".to_owned()));
        let timeout = self.contract.timeout.map(crate::duration::show);
        facts.extend(timeout.map(|timeout| format!("waits {timeout} by default")));
        help.push_str(&format!("\n{}\n", facts.join(", ")));
        if params.is_empty() {
            help.push_str("\nIt takes no arguments.\n");
        }
        for param in params {
            let kind = check::kind(&self.api, param);
            let needed = if param.optional || param.nullable { "optional" } else { "required" };
            let since = match param.since == *since {
                true => String::new(),
                false => format!(", since {}", param.since),
            };
            help.push_str(&format!("\n  --{} <{kind}>  {needed}{since}", param.name));
        }
        help.trim_end().to_owned()
    }
}
