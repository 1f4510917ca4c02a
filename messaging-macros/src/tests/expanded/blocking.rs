pub trait Blocking {
    fn digest(&self, ctx: &Context, data: String) -> Result<String, Failure>;
    fn log(&self, ctx: Context, line: String);
}
/// Typed client for [`Blocking`].
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
pub struct BlockingClient {
    core: ::messaging::__private::ClientCore,
    _generics: ::core::marker::PhantomData<fn() -> ()>,
}
/// Serves an implementation of [`Blocking`].
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
pub struct BlockingEndpoint<T> {
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
    impl BlockingClient {
        /// Describes the method `digest`.
        pub const DIGEST: ::messaging::MethodDescriptor = ::messaging::MethodDescriptor::__new(
            "digest",
            ::messaging::Version::new(1, 0),
            false,
            false,
            ::core::option::Option::None,
            "",
            &[
                ::messaging::ParamDescriptor::__new(
                    "data",
                    ::messaging::Version::new(1, 0),
                    false,
                ),
            ],
        );
        /// Describes the method `log`.
        pub const LOG: ::messaging::MethodDescriptor = ::messaging::MethodDescriptor::__new(
            "log",
            ::messaging::Version::new(1, 0),
            true,
            false,
            ::core::option::Option::Some(::core::time::Duration::new(1, 500000000)),
            "",
            &[
                ::messaging::ParamDescriptor::__new(
                    "line",
                    ::messaging::Version::new(1, 0),
                    false,
                ),
            ],
        );
        /// Calls `digest`.
        pub fn digest(
            &self,
            data: String,
        ) -> ::messaging::Call<Result<String, Failure>> {
            ::messaging::__private::Pack::new(
                    &self.core,
                    <Self as ::messaging::Proxy>::API.name,
                    Self::DIGEST,
                )
                .arg("data", &data)
                .call()
        }
        /// Casts `log`.
        pub fn log(&self, line: String) -> ::messaging::Cast {
            ::messaging::__private::Pack::new(
                    &self.core,
                    <Self as ::messaging::Proxy>::API.name,
                    Self::LOG,
                )
                .arg("line", &line)
                .cast()
        }
    }
    #[automatically_derived]
    impl ::messaging::Proxy for BlockingClient {
        const API: ::messaging::ApiDescriptor = ::messaging::ApiDescriptor::__new(
            "Blocking",
            "blocking",
            ::core::option::Option::None,
            ::messaging::Version::new(1, 0),
            "",
            &[Self::DIGEST, Self::LOG],
        );
    }
    #[automatically_derived]
    impl ::messaging::__private::FromCore for BlockingClient {
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
    impl ::core::clone::Clone for BlockingClient {
        fn clone(&self) -> Self {
            Self {
                core: ::core::clone::Clone::clone(&self.core),
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for BlockingClient {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.debug_struct("BlockingClient").field("core", &self.core).finish()
        }
    }
    impl<T> BlockingEndpoint<T>
    where
        T: Blocking + ::core::marker::Send + ::core::marker::Sync + 'static,
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
    impl<T> ::messaging::Endpoint for BlockingEndpoint<T>
    where
        T: Blocking + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        fn api(&self) -> ::messaging::ApiDescriptor {
            <BlockingClient as ::messaging::Proxy>::API
        }
        #[allow(unused_variables)]
        fn handle(
            &self,
            invocation: ::messaging::Invocation,
        ) -> ::messaging::__private::Handled {
            let implementation = ::core::clone::Clone::clone(&self.implementation);
            match invocation.method() {
                "digest" => {
                    ::std::boxed::Box::pin(async move {
                        let mut unpack = ::messaging::__private::Unpack::new(invocation);
                        let data: String = unpack.take("data")?;
                        let runtime = unpack.runtime();
                        let ctx = unpack.finish()?;
                        ::messaging::__private::blocking(
                                runtime,
                                move || {
                                    let result = <T as Blocking>::digest(
                                        &*implementation,
                                        &ctx,
                                        data,
                                    );
                                    ::messaging::__private::reply(result)
                                },
                            )
                            .await
                    })
                }
                "log" => {
                    ::std::boxed::Box::pin(async move {
                        let mut unpack = ::messaging::__private::Unpack::new(invocation);
                        let line: String = unpack.take("line")?;
                        let runtime = unpack.runtime();
                        let ctx = unpack.finish()?;
                        ::messaging::__private::blocking(
                                runtime,
                                move || {
                                    <T as Blocking>::log(&*implementation, ctx, line);
                                    ::messaging::__private::no_reply()
                                },
                            )
                            .await
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
    impl<T> ::core::clone::Clone for BlockingEndpoint<T> {
        fn clone(&self) -> Self {
            Self {
                implementation: ::core::clone::Clone::clone(&self.implementation),
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    #[automatically_derived]
    impl<T> ::core::fmt::Debug for BlockingEndpoint<T> {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.debug_struct("BlockingEndpoint").finish_non_exhaustive()
        }
    }
};
