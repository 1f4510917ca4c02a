pub trait Blocking {
    fn digest(&self, ctx: &Context, data: String) -> Result<String, Failure>;
    fn log(&self, ctx: Context, line: String);
}
/// Typed client for [`Blocking`].
pub type BlockingClient = BlockingClientAt<::messaging::__private::AnyVersion>;
/// Typed client for [`Blocking`], and what the compiler knows of its version.
pub struct BlockingClientAt<P> {
    core: ::messaging::__private::ClientCore,
    _generics: ::core::marker::PhantomData<fn() -> (::core::marker::PhantomData<P>,)>,
}
/// Serves an implementation of [`Blocking`].
pub struct BlockingEndpoint<T> {
    implementation: ::messaging::__private::Arc<T>,
    _generics: ::core::marker::PhantomData<fn() -> ()>,
}
mod __BlockingServing {
    pub struct Methods<Of>(::core::marker::PhantomData<Of>);
}
const _: () = {
    use ::messaging::__private as __messaging;
    impl<P: __messaging::Pin> BlockingClientAt<P> {
        /// Describes the method `digest`.
        pub const DIGEST: __messaging::MethodDescriptor<
            fn(String) -> Result<String, Failure>,
        > = __messaging::MethodDescriptor::__new(
                "digest",
                __messaging::Version::new(1, 0),
                false,
                false,
                ::core::option::Option::None,
                "",
                &[__messaging::ParamDescriptor::__new("data", 1, 0, false)],
            )
            .__no_cancel();
        /// Describes the method `log`.
        pub const LOG: __messaging::MethodDescriptor<fn(String)> = __messaging::MethodDescriptor::__new(
                "log",
                __messaging::Version::new(1, 0),
                true,
                false,
                ::core::option::Option::Some(::core::time::Duration::new(1, 500000000)),
                "",
                &[__messaging::ParamDescriptor::__new("line", 1, 0, false)],
            )
            .__no_cancel();
        /// Calls `digest`.
        pub fn digest(
            &self,
            data: String,
        ) -> __messaging::Call<Result<String, Failure>> {
            let mut __pack = __messaging::Pack::new(
                &self.core,
                "Blocking",
                const { &Self::DIGEST.erased() },
            );
            __pack.arg("data", &data);
            __pack.call()
        }
        /// Casts `log`.
        pub fn log(&self, line: String) -> __messaging::Cast {
            let mut __pack = __messaging::Pack::new(
                &self.core,
                "Blocking",
                const { &Self::LOG.erased() },
            );
            __pack.arg("line", &line);
            __pack.cast()
        }
    }
    #[automatically_derived]
    impl<P: __messaging::Pin> __messaging::Proxy for BlockingClientAt<P> {
        const API: __messaging::ApiDescriptor = __messaging::ApiDescriptor::__new(
            "Blocking",
            "blocking",
            ::core::option::Option::None,
            __messaging::Version::new(1, 0),
            "",
            &[Self::DIGEST.erased(), Self::LOG.erased()],
        );
    }
    #[automatically_derived]
    impl<P: __messaging::Pin> __messaging::FromCore for BlockingClientAt<P> {
        type Pin = P;
        type At<__Other: __messaging::Pin> = BlockingClientAt<__Other>;
        fn from_core(__core: __messaging::ClientCore) -> Self {
            let _: ::core::marker::PhantomData<BlockingEndpoint<()>> = ::core::marker::PhantomData;
            Self {
                core: __core,
                _generics: ::core::marker::PhantomData,
            }
        }
        fn core(&self) -> &__messaging::ClientCore {
            &self.core
        }
    }
    #[automatically_derived]
    impl<P> ::core::clone::Clone for BlockingClientAt<P> {
        fn clone(&self) -> Self {
            Self {
                core: ::core::clone::Clone::clone(&self.core),
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    #[automatically_derived]
    impl<P> ::core::fmt::Debug for BlockingClientAt<P> {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.debug_struct("BlockingClient").field("core", &self.core).finish()
        }
    }
    impl<T> BlockingEndpoint<T>
    where
        T: Blocking + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        /// Serves `implementation`.
        pub fn new(__implementation: T) -> Self {
            Self::from_arc(__messaging::Arc::new(__implementation))
        }
        /// Serves an implementation that others hold as well.
        pub fn from_arc(__implementation: __messaging::Arc<T>) -> Self {
            Self {
                implementation: __implementation,
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    impl<T> __BlockingServing::Methods<BlockingEndpoint<T>>
    where
        T: Blocking + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        fn __digest(
            __implementation: __messaging::Arc<T>,
            mut __unpack: __messaging::Unpack,
        ) -> __messaging::Begun {
            let data: String = __unpack.take("data")?;
            let __runtime = __unpack.runtime();
            let __ctx = __unpack.finish()?;
            __messaging::blocking(
                __runtime,
                move || {
                    let __result = <T as Blocking>::digest(
                        &*__implementation,
                        __messaging::context_as(&__ctx),
                        data,
                    );
                    __messaging::reply(__result)
                },
            )
        }
        fn __log(
            __implementation: __messaging::Arc<T>,
            mut __unpack: __messaging::Unpack,
        ) -> __messaging::Begun {
            let line: String = __unpack.take("line")?;
            let __runtime = __unpack.runtime();
            let __ctx = __unpack.finish()?;
            __messaging::blocking(
                __runtime,
                move || {
                    <T as Blocking>::log(
                        &*__implementation,
                        __messaging::context_as(&__ctx),
                        line,
                    );
                    __messaging::no_reply()
                },
            )
        }
    }
    #[automatically_derived]
    impl<T> __messaging::Endpoint for BlockingEndpoint<T>
    where
        T: Blocking + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        fn api(&self) -> __messaging::ApiDescriptor {
            <BlockingClient as __messaging::Proxy>::API
        }
        fn handle(&self, __invocation: __messaging::Invocation) -> __messaging::Handled {
            let __implementation = ::core::clone::Clone::clone(&self.implementation);
            __messaging::handled(
                __invocation,
                move |__unpack| match __unpack.method() {
                    "digest" => {
                        __BlockingServing::Methods::<
                            Self,
                        >::__digest(__implementation, __unpack)
                    }
                    "log" => {
                        __BlockingServing::Methods::<
                            Self,
                        >::__log(__implementation, __unpack)
                    }
                    _ => __messaging::unknown(&__unpack),
                },
            )
        }
    }
    #[automatically_derived]
    impl<T> __messaging::Serves<T> for BlockingClient
    where
        T: Blocking + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        type Endpoint = BlockingEndpoint<T>;
        fn endpoint(__implementation: T) -> Self::Endpoint {
            BlockingEndpoint::new(__implementation)
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
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.debug_struct("BlockingEndpoint").finish_non_exhaustive()
        }
    }
};
