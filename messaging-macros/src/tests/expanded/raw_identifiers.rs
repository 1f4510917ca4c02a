pub trait r#trait {
    fn r#match(
        &self,
        ctx: &Context,
        r#struct: u32,
    ) -> impl ::core::future::Future<
        Output = Result<u32, Failure>,
    > + ::core::marker::Send;
}
/// Typed client for [`r#trait`].
pub type traitClient = traitClientAt<::messaging::AnyVersion>;
/// Typed client for [`r#trait`], and what the compiler knows of its version.
pub struct traitClientAt<P> {
    core: ::messaging::__private::ClientCore,
    _generics: ::core::marker::PhantomData<fn() -> (::core::marker::PhantomData<P>,)>,
}
/// Serves an implementation of [`r#trait`].
pub struct traitEndpoint<T> {
    implementation: ::messaging::__private::Arc<T>,
    _generics: ::core::marker::PhantomData<fn() -> ()>,
}
mod __trait_serving {
    pub struct Methods<Of>(::core::marker::PhantomData<Of>);
}
const _: () = {
    impl<P: ::messaging::Pin> traitClientAt<P> {
        /// Describes the method `match`.
        pub const MATCH: ::messaging::MethodDescriptor<
            fn(u32) -> Result<u32, Failure>,
        > = ::messaging::MethodDescriptor::__new(
            "match",
            ::messaging::Version::new(1, 0),
            false,
            false,
            ::core::option::Option::None,
            "",
            &[::messaging::ParamDescriptor::__new("struct", 1, 0, false)],
        );
        /// Calls `match`.
        pub fn r#match(&self, r#struct: u32) -> ::messaging::Call<Result<u32, Failure>> {
            let mut __pack = ::messaging::__private::Pack::new(
                &self.core,
                "trait",
                const { &Self::MATCH.erased() },
            );
            __pack.arg("struct", &r#struct);
            __pack.call()
        }
    }
    #[automatically_derived]
    impl<P: ::messaging::Pin> ::messaging::Proxy for traitClientAt<P> {
        const API: ::messaging::ApiDescriptor = ::messaging::ApiDescriptor::__new(
            "trait",
            "raw",
            ::core::option::Option::None,
            ::messaging::Version::new(1, 0),
            "",
            &[Self::MATCH.erased()],
        );
    }
    #[automatically_derived]
    impl<P: ::messaging::Pin> ::messaging::__private::FromCore for traitClientAt<P> {
        type Pin = P;
        type At<__Other: ::messaging::Pin> = traitClientAt<__Other>;
        fn from_core(__core: ::messaging::__private::ClientCore) -> Self {
            let _: ::core::marker::PhantomData<traitEndpoint<()>> = ::core::marker::PhantomData;
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
    impl<P> ::core::clone::Clone for traitClientAt<P> {
        fn clone(&self) -> Self {
            Self {
                core: ::core::clone::Clone::clone(&self.core),
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    #[automatically_derived]
    impl<P> ::core::fmt::Debug for traitClientAt<P> {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.debug_struct("traitClient").field("core", &self.core).finish()
        }
    }
    impl<T> traitEndpoint<T>
    where
        T: r#trait + ::core::marker::Send + ::core::marker::Sync + 'static,
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
    impl<T> __trait_serving::Methods<traitEndpoint<T>>
    where
        T: r#trait + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        fn __match(
            __implementation: ::messaging::__private::Arc<T>,
            mut __unpack: ::messaging::__private::Unpack,
        ) -> ::messaging::__private::Begun {
            let r#struct: u32 = __unpack.take("struct")?;
            let __ctx = __unpack.finish()?;
            ::messaging::__private::future_of(async move {
                let __result = <T as r#trait>::r#match(
                        &*__implementation,
                        ::messaging::__private::context_as(&__ctx),
                        r#struct,
                    )
                    .await;
                ::messaging::__private::reply(__result)
            })
        }
    }
    #[automatically_derived]
    impl<T> ::messaging::Endpoint for traitEndpoint<T>
    where
        T: r#trait + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        fn api(&self) -> ::messaging::ApiDescriptor {
            <traitClient as ::messaging::Proxy>::API
        }
        fn handle(
            &self,
            __invocation: ::messaging::Invocation,
        ) -> ::messaging::__private::Handled {
            let __implementation = ::core::clone::Clone::clone(&self.implementation);
            ::messaging::__private::handled(
                __invocation,
                move |__unpack| match __unpack.method() {
                    "match" => {
                        __trait_serving::Methods::<
                            Self,
                        >::__match(__implementation, __unpack)
                    }
                    _ => ::messaging::__private::unknown(&__unpack),
                },
            )
        }
    }
    #[automatically_derived]
    impl<T> ::messaging::__private::Serves<T> for traitClient
    where
        T: r#trait + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        type Endpoint = traitEndpoint<T>;
        fn endpoint(__implementation: T) -> Self::Endpoint {
            traitEndpoint::new(__implementation)
        }
    }
    #[automatically_derived]
    impl<T> ::core::clone::Clone for traitEndpoint<T> {
        fn clone(&self) -> Self {
            Self {
                implementation: ::core::clone::Clone::clone(&self.implementation),
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    #[automatically_derived]
    impl<T> ::core::fmt::Debug for traitEndpoint<T> {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.debug_struct("traitEndpoint").finish_non_exhaustive()
        }
    }
};
