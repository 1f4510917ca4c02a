::core::compile_error! {
    "unknown key `class`; `remote(..)` takes `module`, `schema` and `crate`"
}
::core::compile_error! {
    "`#[remote(..)]` belongs on the type or on a variant; fields have `#[serde(..)]`"
}
::core::compile_error! {
    "`One` and `Two` are both the class `One` of one module, so a client could not tell them apart: write another `#[remote(class = \"..\")]`"
}
#[automatically_derived]
impl renamed::__private::RemoteError for PlacementError {
    fn to_failure(&self) -> renamed::__private::Failure {
        renamed::__private::Failure::new("", "", "")
    }
    fn from_failure(_: &renamed::__private::Failure) -> ::core::option::Option<Self> {
        ::core::option::Option::None
    }
}
