trait Conditional {
    fn call(
        &self,
        ctx: &Context,
        a: u32,
        #[cfg(unix)]
        b: Unix,
        c: u32,
        #[cfg_attr(test, cfg(windows))]
        d: Windows,
    ) -> impl ::core::future::Future<
        Output = Result<u32, Failure>,
    > + ::core::marker::Send;
}
/// Typed client for [`Conditional`].
type ConditionalClient = ConditionalClientAt<::messaging::__private::AnyVersion>;
/// Typed client for [`Conditional`], and what the compiler knows of its version.
struct ConditionalClientAt<P> {
    core: ::messaging::__private::ClientCore,
    _generics: ::core::marker::PhantomData<fn() -> (::core::marker::PhantomData<P>,)>,
}
/// Serves an implementation of [`Conditional`].
struct ConditionalEndpoint<T> {
    implementation: ::messaging::__private::Arc<T>,
    _generics: ::core::marker::PhantomData<fn() -> ()>,
}
mod __ConditionalServing {
    pub struct Methods<Of>(::core::marker::PhantomData<Of>);
}
const _: () = {
    use ::messaging::__private as __messaging;
    mod __Conditional {
        pub enum __Api {}
        pub enum call {}
        pub mod __parameters {
            pub mod of_call {
                #[cfg_attr(test, cfg(windows))]
                pub enum d {}
            }
        }
    }
    impl<
        Method,
    > __messaging::Has<__Conditional::__Api, __messaging::Pinned<1, 1>, Method>
    for __messaging::Pinned<1, 1> {}
    impl<P: __messaging::Pin> ConditionalClientAt<P> {
        /// Describes the method `call`.
        const CALL: __messaging::MethodDescriptor<
            fn(
                u32,
                #[cfg(unix)]
                Unix,
                u32,
                #[cfg_attr(test, cfg(windows))]
                Windows,
            ) -> Result<u32, Failure>,
        > = __messaging::MethodDescriptor::__new(
            "call",
            __messaging::Version::new(1, 0),
            false,
            false,
            ::core::option::Option::None,
            "",
            &[
                __messaging::ParamDescriptor::__new("a", 1, 0, false),
                #[cfg(unix)]
                __messaging::ParamDescriptor::__new("b", 1, 0, false),
                __messaging::ParamDescriptor::__new("c", 1, 0, false),
                #[cfg_attr(test, cfg(windows))]
                __messaging::ParamDescriptor::__new("d", 1, 1, true),
            ],
        );
    }
    impl ConditionalClientAt<__messaging::AnyVersion> {
        /// Calls `call`.
        fn call(
            &self,
            a: u32,
            #[cfg(unix)]
            b: Unix,
            c: u32,
            #[cfg_attr(test, cfg(windows))]
            d: Windows,
        ) -> __messaging::Call<Result<u32, Failure>> {
            let mut __pack = __messaging::Pack::new(
                &self.core,
                "Conditional",
                const { &Self::CALL.erased() },
            );
            __pack.arg("a", &a);
            #[cfg(unix)] __pack.arg("b", &b);
            __pack.arg("c", &c);
            #[cfg_attr(test, cfg(windows))]
            __pack
                .arg_since(
                    "d",
                    __messaging::Version::new(1, 1),
                    &d,
                    || ::core::default::Default::default(),
                );
            __pack.call()
        }
    }
    impl<
        const __MAJOR: u32,
        const __MINOR: u32,
    > ConditionalClientAt<__messaging::Pinned<__MAJOR, __MINOR>> {
        /// Calls `call`.
        fn call(
            &self,
            a: u32,
            #[cfg(unix)]
            b: Unix,
            c: u32,
            #[cfg_attr(test, cfg(windows))]
            d: impl __messaging::Argument<
                Windows,
                Form: __messaging::Takes<
                        __messaging::Pinned<__MAJOR, __MINOR>,
                        __Conditional::__Api,
                        __messaging::Pinned<1, 1>,
                        __Conditional::call,
                        __Conditional::__parameters::of_call::d,
                    >,
            >,
        ) -> __messaging::Call<Result<u32, Failure>> {
            let mut __pack = __messaging::Pack::new(
                &self.core,
                "Conditional",
                const { &Self::CALL.erased() },
            );
            __pack.arg("a", &a);
            #[cfg(unix)] __pack.arg("b", &b);
            __pack.arg("c", &c);
            #[cfg_attr(test, cfg(windows))]
            __pack
                .arg_given::<
                    Windows,
                    _,
                >(
                    "d",
                    __messaging::Version::new(1, 1),
                    d,
                    || ::core::default::Default::default(),
                );
            __pack.call()
        }
    }
    #[automatically_derived]
    impl<P: __messaging::Pin> __messaging::Proxy for ConditionalClientAt<P> {
        const API: __messaging::ApiDescriptor = __messaging::ApiDescriptor::__new(
            "Conditional",
            "conditional",
            ::core::option::Option::None,
            __messaging::Version::new(1, 1),
            "",
            &[Self::CALL.erased()],
        );
    }
    #[automatically_derived]
    impl<P: __messaging::Pin> __messaging::FromCore for ConditionalClientAt<P> {
        type Pin = P;
        type At<__Other: __messaging::Pin> = ConditionalClientAt<__Other>;
        fn from_core(__core: __messaging::ClientCore) -> Self {
            let _: ::core::marker::PhantomData<ConditionalEndpoint<()>> = ::core::marker::PhantomData;
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
    impl<P> ::core::clone::Clone for ConditionalClientAt<P> {
        fn clone(&self) -> Self {
            Self {
                core: ::core::clone::Clone::clone(&self.core),
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    #[automatically_derived]
    impl<P> ::core::fmt::Debug for ConditionalClientAt<P> {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.debug_struct("ConditionalClient").field("core", &self.core).finish()
        }
    }
    impl<T> ConditionalEndpoint<T>
    where
        T: Conditional + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        /// Serves `implementation`.
        fn new(__implementation: T) -> Self {
            Self::from_arc(__messaging::Arc::new(__implementation))
        }
        /// Serves an implementation that others hold as well.
        fn from_arc(__implementation: __messaging::Arc<T>) -> Self {
            Self {
                implementation: __implementation,
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    impl<T> __ConditionalServing::Methods<ConditionalEndpoint<T>>
    where
        T: Conditional + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        fn __call(
            __implementation: __messaging::Arc<T>,
            mut __unpack: __messaging::Unpack,
        ) -> __messaging::Begun {
            let a: u32 = __unpack.take("a")?;
            #[cfg(unix)]
            let b: Unix = __unpack.take("b")?;
            let c: u32 = __unpack.take("c")?;
            #[cfg_attr(test, cfg(windows))]
            let d: Windows = __unpack
                .take_or::<Windows>("d", || ::core::default::Default::default())?;
            let __ctx = __unpack.finish()?;
            __messaging::future_of(async move {
                #[cfg(unix)]
                macro_rules! __with_0 {
                    ($($given:tt)*) => {
                        __with_1!($($given)*, b, c)
                    };
                }
                #[cfg(not(all(all(any(unix)))))]
                macro_rules! __with_0 {
                    ($($given:tt)*) => {
                        __with_1!($($given)*, c)
                    };
                }
                #[cfg_attr(test, cfg(windows))]
                macro_rules! __with_1 {
                    ($($given:tt)*) => {
                        __with_2!($($given)*, d)
                    };
                }
                #[cfg(not(all(all(any(not(test), windows)))))]
                macro_rules! __with_1 {
                    ($($given:tt)*) => {
                        __with_2!($($given)*)
                    };
                }
                macro_rules! __with_2 {
                    ($($given:tt)*) => {
                        < T as Conditional > ::call(& * __implementation,
                        __messaging::context_as(& __ctx) $($given)*)
                    };
                }
                let __result = __with_0!(, a).await;
                __messaging::reply(__result)
            })
        }
    }
    #[automatically_derived]
    impl<T> __messaging::Endpoint for ConditionalEndpoint<T>
    where
        T: Conditional + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        fn api(&self) -> __messaging::ApiDescriptor {
            <ConditionalClient as __messaging::Proxy>::API
        }
        fn handle(&self, __invocation: __messaging::Invocation) -> __messaging::Handled {
            let __implementation = ::core::clone::Clone::clone(&self.implementation);
            __messaging::handled(
                __invocation,
                move |__unpack| match __unpack.method() {
                    "call" => {
                        __ConditionalServing::Methods::<
                            Self,
                        >::__call(__implementation, __unpack)
                    }
                    _ => __messaging::unknown(&__unpack),
                },
            )
        }
    }
    #[automatically_derived]
    impl<T> __messaging::Serves<T> for ConditionalClient
    where
        T: Conditional + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        type Endpoint = ConditionalEndpoint<T>;
        fn endpoint(__implementation: T) -> Self::Endpoint {
            ConditionalEndpoint::new(__implementation)
        }
    }
    #[automatically_derived]
    impl<T> ::core::clone::Clone for ConditionalEndpoint<T> {
        fn clone(&self) -> Self {
            Self {
                implementation: ::core::clone::Clone::clone(&self.implementation),
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    #[automatically_derived]
    impl<T> ::core::fmt::Debug for ConditionalEndpoint<T> {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.debug_struct("ConditionalEndpoint").finish_non_exhaustive()
        }
    }
};
