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
pub type traitClient = traitClientAt<::messaging::__private::AnyVersion>;
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
mod __traitServing {
    pub struct Methods<Of>(::core::marker::PhantomData<Of>);
}
const _: () = {
    use ::messaging::__private as __messaging;
    impl<P: __messaging::Pin> traitClientAt<P> {
        /// Describes the method `match`.
        pub const MATCH: __messaging::MethodDescriptor<
            fn(u32) -> Result<u32, Failure>,
        > = __messaging::MethodDescriptor::__new(
            "match",
            __messaging::Version::new(1, 0),
            false,
            false,
            ::core::option::Option::None,
            "",
            &[__messaging::ParamDescriptor::__new("struct", 1, 0, false)],
        );
        /// Calls `match`.
        pub fn r#match(&self, r#struct: u32) -> __messaging::Call<Result<u32, Failure>> {
            let mut __pack = __messaging::Pack::new(
                &self.core,
                "trait",
                const { &Self::MATCH.erased() },
            );
            __pack.arg("struct", &r#struct);
            __pack.call()
        }
    }
    #[automatically_derived]
    impl<P: __messaging::Pin> __messaging::Proxy for traitClientAt<P> {
        const API: __messaging::ApiDescriptor = __messaging::ApiDescriptor::__new(
            "trait",
            "raw",
            ::core::option::Option::None,
            __messaging::Version::new(1, 0),
            "",
            &[Self::MATCH.erased()],
        );
    }
    #[automatically_derived]
    impl<P: __messaging::Pin> __messaging::FromCore for traitClientAt<P> {
        type Pin = P;
        type At<__Other: __messaging::Pin> = traitClientAt<__Other>;
        fn from_core(__core: __messaging::ClientCore) -> Self {
            let _: ::core::marker::PhantomData<traitEndpoint<()>> = ::core::marker::PhantomData;
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
    impl<T> __traitServing::Methods<traitEndpoint<T>>
    where
        T: r#trait + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        fn __match(
            __implementation: __messaging::Arc<T>,
            mut __unpack: __messaging::Unpack,
        ) -> __messaging::Begun {
            let r#struct: u32 = __unpack.take("struct")?;
            let __ctx = __unpack.finish()?;
            __messaging::future_of(async move {
                let __result = <T as r#trait>::r#match(
                        &*__implementation,
                        __messaging::context_as(&__ctx),
                        r#struct,
                    )
                    .await;
                __messaging::reply(__result)
            })
        }
    }
    #[automatically_derived]
    impl<T> __messaging::Endpoint for traitEndpoint<T>
    where
        T: r#trait + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        fn api(&self) -> __messaging::ApiDescriptor {
            <traitClient as __messaging::Proxy>::API
        }
        fn handle(&self, __invocation: __messaging::Invocation) -> __messaging::Handled {
            let __implementation = ::core::clone::Clone::clone(&self.implementation);
            __messaging::handled(
                __invocation,
                move |__unpack| match __unpack.method() {
                    "match" => {
                        __traitServing::Methods::<
                            Self,
                        >::__match(__implementation, __unpack)
                    }
                    _ => __messaging::unknown(&__unpack),
                },
            )
        }
    }
    #[automatically_derived]
    impl<T> __messaging::Serves<T> for traitClient
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
