#[automatically_derived]
impl ::messaging::__private::RemoteError for StoreError {
    fn to_failure(&self) -> ::messaging::__private::Failure {
        let __message = ::messaging::__private::message(self);
        match self {
            Self::Full {} => {
                ::messaging::__private::Failure::new("store", "Full", __message)
            }
            Self::Broken { 0: __field_0, 1: _ } => {
                ::messaging::__private::positional(
                    ::messaging::__private::Failure::new("store", "Broken", __message),
                    [::messaging::__private::to_value(__field_0)],
                )
            }
            Self::Busy { seconds: __field_0, by: __field_1 } => {
                ::messaging::__private::named(
                    ::messaging::__private::Failure::new("store", "Busy", __message),
                    [
                        ("until", ::messaging::__private::to_value(__field_0)),
                        ("by", ::messaging::__private::to_value(__field_1)),
                    ],
                )
            }
        }
    }
    fn from_failure(
        __failure: &::messaging::__private::Failure,
    ) -> ::core::option::Option<Self> {
        if __failure.is("store", "Full") {
            return ::core::option::Option::Some(Self::Full {});
        }
        if __failure.is("store", "Broken") {
            return ::core::option::Option::Some(Self::Broken {
                0: ::messaging::__private::field::<String>(__failure.args.get(0usize))?,
                1: ::messaging::__private::left_out::<
                    u8,
                >(|| ::core::default::Default::default()),
            });
        }
        if __failure.is("store", "Busy") {
            return ::core::option::Option::Some(Self::Busy {
                seconds: ::messaging::__private::field::<
                    u64,
                >(__failure.kwargs.get("until"))?,
                by: ::messaging::__private::field_or::<
                    String,
                >(__failure.kwargs.get("by"), || ::core::default::Default::default())?,
            });
        }
        ::core::option::Option::None
    }
}
#[automatically_derived]
impl ::messaging::__private::ErrorSchema for StoreError {
    fn describe(__classes: &mut ::messaging::__private::ErrorClasses<'_>) {
        {
            let __class = &mut __classes.class("store", "Full");
        }
        {
            let __class = &mut __classes.class("store", "Broken");
            __class.arg::<String>(false);
        }
        {
            let __class = &mut __classes.class("store", "Busy");
            __class.kwarg::<u64>("until", false);
            __class.kwarg::<String>("by", true);
        }
    }
}
const _: () = ::core::assert!(
    ::messaging::__private::HAS_SCHEMAS,
    "`schema` needs the feature `schema` of the crate `messaging`: add it to the `features` of that dependency in Cargo.toml, or remove the key"
);
