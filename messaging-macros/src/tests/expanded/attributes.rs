#[cfg(unix)]
#[must_use]
#[expect(unused)]
trait Attributes {
    /// Goes.
    #[cfg(windows)]
    #[deprecated]
    #[expect(clippy::too_many_arguments)]
    #[must_use]
    fn foo_bar(
        &self,
        #[allow(unused)]
        ctx: &Context,
        count: u32,
        #[allow(unused)]
        text: Option<String>,
    ) -> impl ::core::future::Future<Output = ()> + ::core::marker::Send;
}
/// Typed client for [`Attributes`].
#[cfg(unix)]
#[allow(unused)]
type AttributesClient = AttributesClientAt<::messaging::__private::AnyVersion>;
/// Typed client for [`Attributes`], and what the compiler knows of its version.
#[cfg(unix)]
#[allow(unused)]
struct AttributesClientAt<P> {
    core: ::messaging::__private::ClientCore,
    _generics: ::core::marker::PhantomData<fn() -> (::core::marker::PhantomData<P>,)>,
}
/// Serves an implementation of [`Attributes`].
#[cfg(unix)]
#[allow(unused)]
struct AttributesEndpoint<T> {
    implementation: ::messaging::__private::Arc<T>,
    _generics: ::core::marker::PhantomData<fn() -> ()>,
}
#[cfg(unix)]
mod __AttributesServing {
    pub struct Methods<Of>(::core::marker::PhantomData<Of>);
}
#[cfg(unix)]
#[allow(unused)]
#[allow(deprecated)]
const _: () = {
    use ::messaging::__private as __messaging;
    impl<P: __messaging::Pin> AttributesClientAt<P> {
        /// Describes the method `fooBar`.
        #[cfg(windows)]
        const FOO_BAR: __messaging::MethodDescriptor<fn(u32, Option<String>)> = __messaging::MethodDescriptor::__new(
            "fooBar",
            __messaging::Version::new(3, 0),
            true,
            false,
            ::core::option::Option::None,
            "Goes.",
            &[
                __messaging::ParamDescriptor::__new("theCount", 3, 0, true),
                __messaging::ParamDescriptor::__new("text", 3, 0, true),
            ],
        );
        /// Goes.
        #[deprecated]
        #[allow(clippy::too_many_arguments)]
        #[cfg(windows)]
        fn foo_bar(&self, count: u32, text: Option<String>) -> __messaging::Cast {
            let mut __pack = __messaging::Pack::new(
                &self.core,
                "Attributes",
                const { &Self::FOO_BAR.erased() },
            );
            __pack.arg("theCount", &count);
            __pack.arg("text", &text);
            __pack.cast()
        }
    }
    #[automatically_derived]
    impl<P: __messaging::Pin> __messaging::Proxy for AttributesClientAt<P> {
        const API: __messaging::ApiDescriptor = __messaging::ApiDescriptor::__new(
            "Attributes",
            "attributes",
            ::core::option::Option::Some("strict"),
            __messaging::Version::new(3, 2),
            "",
            &[#[cfg(windows)] Self::FOO_BAR.erased()],
        );
    }
    #[automatically_derived]
    impl<P: __messaging::Pin> __messaging::FromCore for AttributesClientAt<P> {
        type Pin = P;
        type At<__Other: __messaging::Pin> = AttributesClientAt<__Other>;
        fn from_core(__core: __messaging::ClientCore) -> Self {
            let _: ::core::marker::PhantomData<AttributesEndpoint<()>> = ::core::marker::PhantomData;
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
    impl<P> ::core::clone::Clone for AttributesClientAt<P> {
        fn clone(&self) -> Self {
            Self {
                core: ::core::clone::Clone::clone(&self.core),
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    #[automatically_derived]
    impl<P> ::core::fmt::Debug for AttributesClientAt<P> {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.debug_struct("AttributesClient").field("core", &self.core).finish()
        }
    }
    impl<T> AttributesEndpoint<T>
    where
        T: Attributes + ::core::marker::Send + ::core::marker::Sync + 'static,
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
    impl<T> __AttributesServing::Methods<AttributesEndpoint<T>>
    where
        T: Attributes + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        #[cfg(windows)]
        fn __foo_bar(
            __implementation: __messaging::Arc<T>,
            mut __unpack: __messaging::Unpack,
        ) -> __messaging::Begun {
            let count: u32 = __unpack.take_or::<u32>("theCount", ten)?;
            let text: Option<String> = __unpack
                .take_or::<
                    Option<String>,
                >("text", || ::core::default::Default::default())?;
            let __ctx = __unpack.finish()?;
            __messaging::future_of(async move {
                <T as Attributes>::foo_bar(
                        &*__implementation,
                        __messaging::context_as(&__ctx),
                        count,
                        text,
                    )
                    .await;
                __messaging::no_reply()
            })
        }
    }
    #[automatically_derived]
    impl<T> __messaging::Endpoint for AttributesEndpoint<T>
    where
        T: Attributes + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        fn api(&self) -> __messaging::ApiDescriptor {
            <AttributesClient as __messaging::Proxy>::API
        }
        fn handle(&self, __invocation: __messaging::Invocation) -> __messaging::Handled {
            let __implementation = ::core::clone::Clone::clone(&self.implementation);
            __messaging::handled(
                __invocation,
                move |__unpack| match __unpack.method() {
                    #[cfg(windows)]
                    "fooBar" => {
                        __AttributesServing::Methods::<
                            Self,
                        >::__foo_bar(__implementation, __unpack)
                    }
                    _ => __messaging::unknown(&__unpack),
                },
            )
        }
    }
    #[automatically_derived]
    impl<T> __messaging::Serves<T> for AttributesClient
    where
        T: Attributes + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        type Endpoint = AttributesEndpoint<T>;
        fn endpoint(__implementation: T) -> Self::Endpoint {
            AttributesEndpoint::new(__implementation)
        }
    }
    #[automatically_derived]
    impl<T> ::core::clone::Clone for AttributesEndpoint<T> {
        fn clone(&self) -> Self {
            Self {
                implementation: ::core::clone::Clone::clone(&self.implementation),
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    #[automatically_derived]
    impl<T> ::core::fmt::Debug for AttributesEndpoint<T> {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.debug_struct("AttributesEndpoint").finish_non_exhaustive()
        }
    }
};
