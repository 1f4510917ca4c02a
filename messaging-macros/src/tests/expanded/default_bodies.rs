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
            if let ::core::option::Option::Some(__returned) = ::core::option::Option::None::<
                Result<u32, Failure>,
            > {
                return __returned;
            }
            count += 1;
            Ok(count)
        }
    }
}
/// Typed client for [`Defaults`].
pub type DefaultsClient = DefaultsClientAt<::messaging::__private::AnyVersion>;
/// Typed client for [`Defaults`], and what the compiler knows of its version.
pub struct DefaultsClientAt<P> {
    core: ::messaging::__private::ClientCore,
    _generics: ::core::marker::PhantomData<fn() -> (::core::marker::PhantomData<P>,)>,
}
/// Serves an implementation of [`Defaults`].
pub struct DefaultsEndpoint<T> {
    implementation: ::messaging::__private::Arc<T>,
    _generics: ::core::marker::PhantomData<fn() -> ()>,
}
mod __DefaultsServing {
    pub struct Methods<Of>(::core::marker::PhantomData<Of>);
}
const _: () = {
    use ::messaging::__private as __messaging;
    impl<P: __messaging::Pin> DefaultsClientAt<P> {
        /// Describes the method `given`.
        pub const GIVEN: __messaging::MethodDescriptor<
            fn(u32) -> Result<u32, Failure>,
        > = __messaging::MethodDescriptor::__new(
            "given",
            __messaging::Version::new(1, 0),
            false,
            false,
            ::core::option::Option::None,
            "",
            &[__messaging::ParamDescriptor::__new("count", 1, 0, false)],
        );
        /// Calls `given`.
        pub fn given(&self, count: u32) -> __messaging::Call<Result<u32, Failure>> {
            let mut __pack = __messaging::Pack::new(
                &self.core,
                "Defaults",
                const { &Self::GIVEN.erased() },
            );
            __pack.arg("count", &count);
            __pack.call()
        }
    }
    #[automatically_derived]
    impl<P: __messaging::Pin> __messaging::Proxy for DefaultsClientAt<P> {
        const API: __messaging::ApiDescriptor = __messaging::ApiDescriptor::__new(
            "Defaults",
            "defaults",
            ::core::option::Option::None,
            __messaging::Version::new(1, 0),
            "",
            &[Self::GIVEN.erased()],
        );
    }
    #[automatically_derived]
    impl<P: __messaging::Pin> __messaging::FromCore for DefaultsClientAt<P> {
        type Pin = P;
        type At<__Other: __messaging::Pin> = DefaultsClientAt<__Other>;
        fn from_core(__core: __messaging::ClientCore) -> Self {
            let _: ::core::marker::PhantomData<DefaultsEndpoint<()>> = ::core::marker::PhantomData;
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
    impl<P> ::core::clone::Clone for DefaultsClientAt<P> {
        fn clone(&self) -> Self {
            Self {
                core: ::core::clone::Clone::clone(&self.core),
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    #[automatically_derived]
    impl<P> ::core::fmt::Debug for DefaultsClientAt<P> {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.debug_struct("DefaultsClient").field("core", &self.core).finish()
        }
    }
    impl<T> DefaultsEndpoint<T>
    where
        T: Defaults + ::core::marker::Send + ::core::marker::Sync + 'static,
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
    impl<T> __DefaultsServing::Methods<DefaultsEndpoint<T>>
    where
        T: Defaults + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        fn __given(
            __implementation: __messaging::Arc<T>,
            mut __unpack: __messaging::Unpack,
        ) -> __messaging::Begun {
            let count: u32 = __unpack.take("count")?;
            let __ctx = __unpack.finish()?;
            __messaging::future_of(async move {
                let __result = <T as Defaults>::given(
                        &*__implementation,
                        __messaging::context_as(&__ctx),
                        count,
                    )
                    .await;
                __messaging::reply(__result)
            })
        }
    }
    #[automatically_derived]
    impl<T> __messaging::Endpoint for DefaultsEndpoint<T>
    where
        T: Defaults + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        fn api(&self) -> __messaging::ApiDescriptor {
            <DefaultsClient as __messaging::Proxy>::API
        }
        fn handle(&self, __invocation: __messaging::Invocation) -> __messaging::Handled {
            let __implementation = ::core::clone::Clone::clone(&self.implementation);
            __messaging::handled(
                __invocation,
                move |__unpack| match __unpack.method() {
                    "given" => {
                        __DefaultsServing::Methods::<
                            Self,
                        >::__given(__implementation, __unpack)
                    }
                    _ => __messaging::unknown(&__unpack),
                },
            )
        }
    }
    #[automatically_derived]
    impl<T> __messaging::Serves<T> for DefaultsClient
    where
        T: Defaults + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        type Endpoint = DefaultsEndpoint<T>;
        fn endpoint(__implementation: T) -> Self::Endpoint {
            DefaultsEndpoint::new(__implementation)
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
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.debug_struct("DefaultsEndpoint").finish_non_exhaustive()
        }
    }
};
