//! The parts of a contract, in the order in which they are written.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::text;
use super::{Schema, nodes};
use crate::{ApiDescriptor, MethodDescriptor, ParamDescriptor, Version};

/// What an API promises: its methods and parameters with their versions, and where the API was
/// declared with the key `schema`, the schemas of everything that travels.
///
/// It is what [`ApiDescriptor`] is, owned: it can be written as JSON, read from a file or from a
/// peer, and compared. Members that are not known are skipped when it is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Contract {
    /// The trait's name.
    pub name: String,
    /// The topic that clients send to unless told otherwise.
    pub topic: String,
    /// The namespace; none is the null namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The version declared.
    #[serde(with = "text::version")]
    pub version: Version,
    /// The trait's documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs: String,
    /// The methods, in the order in which they are declared.
    pub methods: Vec<MethodContract>,
    /// The types to which schemas refer as `#/$defs/NAME`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub types: BTreeMap<String, Schema>,
}

/// One method of a [`Contract`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MethodContract {
    /// The name on the wire.
    pub name: String,
    /// The version that brought the method.
    #[serde(with = "text::version")]
    pub since: Version,
    /// Whether it is only ever cast: sent without a reply.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cast: bool,
    /// Whether running it twice does no more than running it once.
    #[serde(default, skip_serializing_if = "is_false")]
    pub idempotent: bool,
    /// How long a call waits unless told otherwise; none is the transport's default.
    #[serde(default, with = "text::timeout", skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// The method's documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs: String,
    /// The parameters after the context, in order.
    #[serde(default)]
    pub params: Vec<ParamContract>,
    /// The result; none for a cast, and where the API has no schemas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Schema>,
    /// The errors; none for a cast, and where the API has no schemas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errors: Option<Errors>,
}

/// One parameter of a [`MethodContract`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ParamContract {
    /// The name on the wire.
    pub name: String,
    /// The version that brought the parameter: older peers do not know it.
    #[serde(with = "text::version")]
    pub since: Version,
    /// Whether a request may leave it out, since the parameter has a default.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
    /// Whether a request may leave it out, since its type is an `Option`, which is none then.
    /// False where the API has no schemas.
    #[serde(default, skip_serializing_if = "is_false")]
    pub nullable: bool,
    /// Its values; none where the API has no schemas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Schema>,
}

/// The errors of a [`MethodContract`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Errors {
    /// Whatever fails: the method's error is [`Failure`](crate::Failure).
    Any,
    /// These classes of exceptions.
    Classes(Vec<ErrorContract>),
}

/// One class of exceptions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ErrorContract {
    /// The module of the class, with dots.
    pub module: String,
    /// The class.
    pub class: String,
    /// What travels by position.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<FieldContract>,
    /// What travels by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kwargs: BTreeMap<String, FieldContract>,
}

/// One field of an error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FieldContract {
    /// Whether a failure may come without it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
    /// Its values.
    pub schema: Schema,
}

impl Contract {
    /// What `api` promises.
    #[must_use]
    pub fn of(api: &ApiDescriptor) -> Self {
        let mut contract = Self {
            name: api.name.to_owned(),
            topic: api.topic.to_owned(),
            namespace: api.namespace.map(str::to_owned),
            version: api.version,
            docs: api.docs.to_owned(),
            methods: api.methods.iter().map(MethodContract::of).collect(),
            types: BTreeMap::new(),
        };
        api.schemas.add_to(&mut contract);
        contract
    }

    /// The method of this name on the wire.
    #[must_use]
    pub fn method(&self, name: &str) -> Option<&MethodContract> {
        self.methods.iter().find(|method| method.name == name)
    }

    /// How many values all schemas hold together.
    pub(crate) fn nodes(&self) -> usize {
        self.schemas().map(|schema| nodes(&schema.written) + nodes(&schema.read)).sum()
    }

    fn schemas(&self) -> impl Iterator<Item = &Schema> {
        let methods = self.methods.iter().flat_map(|method| {
            let errors = match &method.errors {
                Some(Errors::Classes(classes)) => classes.as_slice(),
                Some(Errors::Any) | None => &[],
            };
            let fields = errors.iter().flat_map(|it| it.args.iter().chain(it.kwargs.values()));
            let params = method.params.iter().filter_map(|param| param.schema.as_ref());
            params.chain(&method.result).chain(fields.map(|field| &field.schema))
        });
        methods.chain(self.types.values())
    }
}

impl MethodContract {
    fn of(method: &MethodDescriptor) -> Self {
        Self {
            name: method.name.to_owned(),
            since: method.since,
            cast: method.cast,
            idempotent: method.idempotent,
            timeout: method.timeout,
            docs: method.docs.to_owned(),
            params: method.params.iter().map(ParamContract::of).collect(),
            result: None,
            errors: None,
        }
    }

    /// The parameter of this name on the wire.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&ParamContract> {
        self.params.iter().find(|param| param.name == name)
    }
}

impl ParamContract {
    fn of(param: &ParamDescriptor) -> Self {
        Self {
            name: param.name.to_owned(),
            since: param.since,
            optional: param.optional,
            nullable: false,
            schema: None,
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
fn is_false(flag: &bool) -> bool {
    !flag
}
