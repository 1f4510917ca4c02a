#[automatically_derived]
#[allow(deprecated, clippy::all, clippy::nursery, clippy::pedantic, clippy::restriction)]
impl ::messaging::RemoteError for PlacementError {
    fn to_failure(&self) -> ::messaging::Failure {
        let message = ::std::string::ToString::to_string(self);
        match self {
            Self::NoCapacity {} => {
                ::messaging::Failure::new("demo.exceptions", "NoCapacity", message)
            }
            Self::HostDown { 0: field_0, 1: field_1 } => {
                ::messaging::Failure::new("demo", "HostDownError", message)
                    .with_args(
                        ::std::vec![
                            ::messaging::__private::to_value(field_0),
                            ::messaging::__private::to_value(field_1)
                        ],
                    )
            }
            Self::Busy { host: field_0, r#type: field_1 } => {
                ::messaging::Failure::new("demo.exceptions", "Busy", message)
                    .with_args(::std::vec![])
                    .with_kwargs(
                        ::core::iter::Iterator::collect(
                            ::core::iter::IntoIterator::into_iter([
                                (
                                    <::std::string::String as ::core::convert::From<
                                        &str,
                                    >>::from("host"),
                                    ::messaging::__private::to_value(field_0),
                                ),
                                (
                                    <::std::string::String as ::core::convert::From<
                                        &str,
                                    >>::from("type"),
                                    ::messaging::__private::to_value(field_1),
                                ),
                            ]),
                        ),
                    )
            }
        }
    }
    #[allow(unused_variables)]
    fn from_failure(failure: &::messaging::Failure) -> ::core::option::Option<Self> {
        if failure.is("demo.exceptions", "NoCapacity") {
            return ::core::option::Option::Some(Self::NoCapacity {});
        }
        if failure.is("demo", "HostDownError") {
            return ::core::option::Option::Some(Self::HostDown {
                0: ::messaging::__private::from_value::<
                    String,
                >(failure.args.get(0usize)?)?,
                1: ::messaging::__private::from_value::<u32>(failure.args.get(1usize)?)?,
            });
        }
        if failure.is("demo.exceptions", "Busy") {
            return ::core::option::Option::Some(Self::Busy {
                host: ::messaging::__private::from_value::<
                    String,
                >(failure.kwargs.get("host")?)?,
                r#type: ::messaging::__private::from_value::<
                    u32,
                >(failure.kwargs.get("type")?)?,
            });
        }
        ::core::option::Option::None
    }
}
