#[automatically_derived]
impl ::messaging::__private::RemoteError for PlacementError {
    fn to_failure(&self) -> ::messaging::__private::Failure {
        let __message = ::messaging::__private::message(self);
        match self {
            Self::NoCapacity {} => {
                ::messaging::__private::Failure::new(
                    "demo.exceptions",
                    "NoCapacity",
                    __message,
                )
            }
            Self::HostDown { 0: __field_0, 1: __field_1 } => {
                ::messaging::__private::positional(
                    ::messaging::__private::Failure::new(
                        "demo",
                        "HostDownError",
                        __message,
                    ),
                    [
                        ::messaging::__private::to_value(__field_0),
                        ::messaging::__private::to_value(__field_1),
                    ],
                )
            }
            Self::Busy { host: __field_0, r#type: __field_1 } => {
                ::messaging::__private::named(
                    ::messaging::__private::Failure::new(
                        "demo.exceptions",
                        "Busy",
                        __message,
                    ),
                    [
                        ("host", ::messaging::__private::to_value(__field_0)),
                        ("type", ::messaging::__private::to_value(__field_1)),
                    ],
                )
            }
        }
    }
    fn from_failure(
        __failure: &::messaging::__private::Failure,
    ) -> ::core::option::Option<Self> {
        if __failure.is("demo.exceptions", "NoCapacity") {
            return ::core::option::Option::Some(Self::NoCapacity {});
        }
        if __failure.is("demo", "HostDownError") {
            return ::core::option::Option::Some(Self::HostDown {
                0: ::messaging::__private::field::<String>(__failure.args.get(0usize))?,
                1: ::messaging::__private::field::<u32>(__failure.args.get(1usize))?,
            });
        }
        if __failure.is("demo.exceptions", "Busy") {
            return ::core::option::Option::Some(Self::Busy {
                host: ::messaging::__private::field::<
                    String,
                >(__failure.kwargs.get("host"))?,
                r#type: ::messaging::__private::field::<
                    u32,
                >(__failure.kwargs.get("type"))?,
            });
        }
        ::core::option::Option::None
    }
}
