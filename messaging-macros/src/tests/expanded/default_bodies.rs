pub trait Defaults {
    const LIMIT: usize = 3;
    fn given(
        &self,
        ctx: &Context,
        mut count: u32,
    ) -> impl ::core::future::Future<
        Output = Result<u32, Failure>,
    > + ::core::marker::Send
    where
        Self: Sync,
    {
        async move {
            count += 1;
            Ok(count)
        }
    }
}
/// Typed client for [`Defaults`].
#[allow(
    dead_code,
    deprecated,
    non_camel_case_types,
    unreachable_pub,
    clippy::all,
    clippy::nursery,
    clippy::pedantic,
    clippy::restriction
)]
pub struct DefaultsClient {
    core: ::messaging::__private::ClientCore,
    _generics: ::core::marker::PhantomData<fn() -> ()>,
}
/// Serves an implementation of [`Defaults`].
#[allow(
    dead_code,
    deprecated,
    non_camel_case_types,
    unreachable_pub,
    clippy::all,
    clippy::nursery,
    clippy::pedantic,
    clippy::restriction
)]
pub struct DefaultsEndpoint<T> {
    implementation: ::std::sync::Arc<T>,
    _generics: ::core::marker::PhantomData<fn() -> ()>,
}
#[allow(
    dead_code,
    deprecated,
    non_camel_case_types,
    unreachable_pub,
    clippy::all,
    clippy::nursery,
    clippy::pedantic,
    clippy::restriction
)]
const _: () = {
    impl DefaultsClient {
        /// Describes the method `given`.
        pub const GIVEN: ::messaging::MethodDescriptor = ::messaging::MethodDescriptor::__new(
            "given",
            ::messaging::Version::new(1, 0),
            false,
            false,
            ::core::option::Option::None,
            "",
            &[
                ::messaging::ParamDescriptor::__new(
                    "count",
                    ::messaging::Version::new(1, 0),
                    false,
                ),
            ],
        );
        /// Calls `given`.
        pub fn given(&self, count: u32) -> ::messaging::Call<Result<u32, Failure>> {
            ::messaging::__private::Pack::new(
                    &self.core,
                    <Self as ::messaging::Proxy>::API.name,
                    Self::GIVEN,
                )
                .arg("count", &count)
                .call()
        }
    }
    #[automatically_derived]
    impl ::messaging::Proxy for DefaultsClient {
        const API: ::messaging::ApiDescriptor = ::messaging::ApiDescriptor::__new(
            "Defaults",
            "defaults",
            ::core::option::Option::None,
            ::messaging::Version::new(1, 0),
            "",
            &[Self::GIVEN],
        );
    }
    #[automatically_derived]
    impl ::messaging::__private::FromCore for DefaultsClient {
        fn from_core(core: ::messaging::__private::ClientCore) -> Self {
            Self {
                core: core,
                _generics: ::core::marker::PhantomData,
            }
        }
        fn core(&self) -> &::messaging::__private::ClientCore {
            &self.core
        }
    }
    #[automatically_derived]
    impl ::core::clone::Clone for DefaultsClient {
        fn clone(&self) -> Self {
            Self {
                core: ::core::clone::Clone::clone(&self.core),
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for DefaultsClient {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.debug_struct("DefaultsClient").field("core", &self.core).finish()
        }
    }
    impl<T> DefaultsEndpoint<T>
    where
        T: Defaults + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        /// Serves `implementation`.
        pub fn new(implementation: T) -> Self {
            Self::from_arc(::std::sync::Arc::new(implementation))
        }
        /// Serves an implementation that others hold as well.
        pub fn from_arc(implementation: ::std::sync::Arc<T>) -> Self {
            Self {
                implementation: implementation,
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    #[automatically_derived]
    impl<T> ::messaging::Endpoint for DefaultsEndpoint<T>
    where
        T: Defaults + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        fn api(&self) -> ::messaging::ApiDescriptor {
            <DefaultsClient as ::messaging::Proxy>::API
        }
        #[allow(unused_variables)]
        fn handle(
            &self,
            invocation: ::messaging::Invocation,
        ) -> ::messaging::__private::Handled {
            let implementation = ::core::clone::Clone::clone(&self.implementation);
            match invocation.method() {
                "given" => {
                    ::std::boxed::Box::pin(async move {
                        let mut unpack = ::messaging::__private::Unpack::new(invocation);
                        let count: u32 = unpack.take("count")?;
                        let ctx = unpack.finish()?;
                        let result = <T as Defaults>::given(
                                &*implementation,
                                &ctx,
                                count,
                            )
                            .await;
                        ::messaging::__private::reply(result)
                    })
                }
                _ => {
                    ::std::boxed::Box::pin(async move {
                        ::messaging::__private::unknown(&invocation)
                    })
                }
            }
        }
    }
    #[automatically_derived]
    impl<T> ::core::clone::Clone for DefaultsEndpoint<T> {
        fn clone(&self) -> Self {
            Self {
                implementation: ::core::clone::Clone::clone(&self.implementation),
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    #[automatically_derived]
    impl<T> ::core::fmt::Debug for DefaultsEndpoint<T> {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.debug_struct("DefaultsEndpoint").finish_non_exhaustive()
        }
    }
};
