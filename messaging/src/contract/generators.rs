//! Schemas of types, where the feature `schema` is on.

#[cfg(feature = "schema")]
mod on {
    use std::collections::BTreeMap;

    use schemars::generate::SchemaSettings;
    use schemars::{JsonSchema, SchemaGenerator};
    use serde_json::Value;

    use super::super::Schema;

    /// A type whose values have a JSON schema: one that implements `schemars::JsonSchema`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` has no JSON schema, which the key `schema` asks of all that travels",
        note = "write `#[derive(schemars::JsonSchema)]` on it, or on the type of yours within it, \
                with schemars 1 among the dependencies; or leave the key `schema` out"
    )]
    pub trait HasSchema: JsonSchema {}

    #[diagnostic::do_not_recommend]
    impl<T: JsonSchema + ?Sized> HasSchema for T {}

    /// Collects the types to which schemas refer.
    #[derive(Debug)]
    pub(crate) struct Generators {
        written: SchemaGenerator,
        read: SchemaGenerator,
    }

    impl Generators {
        pub(crate) fn new() -> Self {
            let settings = SchemaSettings::draft2020_12();
            Self {
                written: settings.clone().for_serialize().into_generator(),
                read: settings.for_deserialize().into_generator(),
            }
        }

        /// The schema of `T`.
        #[allow(clippy::unnecessary_wraps)] // there is none without the feature
        pub(crate) fn schema<T: HasSchema>(&mut self) -> Option<Schema> {
            let written = self.written.subschema_for::<T>().to_value();
            let read = self.read.subschema_for::<T>().to_value();
            Some(Schema::new(written, read))
        }

        /// Whether a `T` that is left out is none: whether it is an `Option`.
        pub(crate) fn is_nullable<T: HasSchema>(&mut self) -> bool {
            /// A field of the type asked about, of which schemars says whether it is required.
            #[derive(JsonSchema)]
            struct Probe<T> {
                #[allow(dead_code)] // read by the derive
                value: T,
            }

            let schema = Probe::<T>::json_schema(&mut self.read);
            schema.get("required").is_none()
        }

        /// The types to which the schemas so far refer.
        pub(crate) fn into_types(mut self) -> BTreeMap<String, Schema> {
            let mut types = BTreeMap::new();
            let absent = || Schema::both(Value::Bool(false));
            for (name, schema) in self.written.take_definitions(true) {
                types.entry(name).or_insert_with(absent).written = schema;
            }
            for (name, schema) in self.read.take_definitions(true) {
                types.entry(name).or_insert_with(absent).read = schema;
            }
            types
        }
    }
}

#[cfg(not(feature = "schema"))]
mod off {
    use std::collections::BTreeMap;

    use super::super::Schema;

    /// A type whose values have a JSON schema: every one, as long as nobody writes it down.
    pub trait HasSchema {}

    impl<T: ?Sized> HasSchema for T {}

    /// Nothing is collected.
    #[derive(Debug)]
    pub(crate) struct Generators;

    #[allow(clippy::unused_self, clippy::extra_unused_type_parameters)] // as with the feature
    impl Generators {
        pub(crate) fn new() -> Self {
            Self
        }

        pub(crate) fn schema<T: HasSchema>(&mut self) -> Option<Schema> {
            None
        }

        pub(crate) fn is_nullable<T: HasSchema>(&mut self) -> bool {
            false
        }

        pub(crate) fn into_types(self) -> BTreeMap<String, Schema> {
            BTreeMap::new()
        }
    }
}

#[cfg(not(feature = "schema"))]
pub use off::HasSchema;
#[cfg(feature = "schema")]
pub use on::HasSchema;

#[cfg(not(feature = "schema"))]
pub(crate) use off::Generators;
#[cfg(feature = "schema")]
pub(crate) use on::Generators;
