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
pub type DefaultsClient = DefaultsClientAt<::messaging::AnyVersion>;
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
mod __defaults_serving {
    pub struct Methods<Of>(::core::marker::PhantomData<Of>);
}
const _: () = {
    impl<P: ::messaging::Pin> DefaultsClientAt<P> {
        /// Describes the method `given`.
        pub const GIVEN: ::messaging::MethodDescriptor<
            fn(u32) -> Result<u32, Failure>,
        > = ::messaging::MethodDescriptor::__new(
            "given",
            ::messaging::Version::new(1, 0),
            false,
            false,
            ::core::option::Option::None,
            "",
            &[::messaging::ParamDescriptor::__new("count", 1, 0, false)],
        );
        /// Calls `given`.
        pub fn given(&self, count: u32) -> ::messaging::Call<Result<u32, Failure>> {
            let mut __pack = ::messaging::__private::Pack::new(
                &self.core,
                "Defaults",
                const { &Self::GIVEN.erased() },
            );
            __pack.arg("count", &count);
            __pack.call()
        }
    }
    #[automatically_derived]
    impl<P: ::messaging::Pin> ::messaging::Proxy for DefaultsClientAt<P> {
        const API: ::messaging::ApiDescriptor = ::messaging::ApiDescriptor::__new(
            "Defaults",
            "defaults",
            ::core::option::Option::None,
            ::messaging::Version::new(1, 0),
            "",
            &[Self::GIVEN.erased()],
        );
    }
    #[automatically_derived]
    impl<P: ::messaging::Pin> ::messaging::__private::FromCore for DefaultsClientAt<P> {
        type Pin = P;
        type At<__Other: ::messaging::Pin> = DefaultsClientAt<__Other>;
        fn from_core(__core: ::messaging::__private::ClientCore) -> Self {
            let _: ::core::marker::PhantomData<DefaultsEndpoint<()>> = ::core::marker::PhantomData;
            Self {
                core: __core,
                _generics: ::core::marker::PhantomData,
            }
        }
        fn core(&self) -> &::messaging::__private::ClientCore {
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
            Self::from_arc(::messaging::__private::Arc::new(__implementation))
        }
        /// Serves an implementation that others hold as well.
        pub fn from_arc(__implementation: ::messaging::__private::Arc<T>) -> Self {
            Self {
                implementation: __implementation,
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    impl<T> __defaults_serving::Methods<DefaultsEndpoint<T>>
    where
        T: Defaults + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        fn __given(
            __implementation: ::messaging::__private::Arc<T>,
            mut __unpack: ::messaging::__private::Unpack,
        ) -> ::messaging::__private::Begun {
            let count: u32 = __unpack.take("count")?;
            let __ctx = __unpack.finish()?;
            ::messaging::__private::future_of(async move {
                let __result = <T as Defaults>::given(
                        &*__implementation,
                        ::messaging::__private::context_as(&__ctx),
                        count,
                    )
                    .await;
                ::messaging::__private::reply(__result)
            })
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
        fn handle(
            &self,
            __invocation: ::messaging::Invocation,
        ) -> ::messaging::__private::Handled {
            let __implementation = ::core::clone::Clone::clone(&self.implementation);
            ::messaging::__private::handled(
                __invocation,
                move |__unpack| match __unpack.method() {
                    "given" => {
                        __defaults_serving::Methods::<
                            Self,
                        >::__given(__implementation, __unpack)
                    }
                    _ => ::messaging::__private::unknown(&__unpack),
                },
            )
        }
    }
    #[automatically_derived]
    impl<T> ::messaging::__private::Serves<T> for DefaultsClient
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
