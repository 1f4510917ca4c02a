::core::compile_error! {
    "arguments travel by name: write a plain name, and take the value apart in the body"
}
::core::compile_error! {
    "`Self` is another type on the other side; name the type"
}
::core::compile_error! {
    "`one` is declared a second time; rename one"
}
::core::compile_error! {
    "what a trait declares is as visible as it; remove this"
}
::core::compile_error! {
    "`#[rpc_api]` reads `rpc(..)` before conditions are decided: write the method twice, each under a `#[cfg(..)]`"
}
::core::compile_error! {
    "a remote method cannot be generic: its name alone travels; make it a parameter of the trait, or name the type"
}
::core::compile_error! {
    "`Self` is another type on the other side; name the type"
}
#[doc(hidden)]
pub trait Wrong<E: Item> {
    fn one(
        &self,
        ctx: &Context,
        _: (u32, u32),
    ) -> impl ::core::future::Future<Output = Result<(), E>> + ::core::marker::Send;
    #[cfg_attr(unix, cfg(windows))]
    #[cfg_attr(unix, expect(unused))]
    fn two<T>(
        &self,
        given: T,
        me: Self,
    ) -> impl ::core::future::Future<Output = ()> + ::core::marker::Send;
}
/// Typed client for [`Wrong`].
#[doc(hidden)]
pub type WrongClient<E> = WrongClientAt<E, ::messaging::__private::AnyVersion>;
/// Typed client for [`Wrong`], and what the compiler knows of its version.
#[doc(hidden)]
pub struct WrongClientAt<E, P> {
    core: ::messaging::__private::ClientCore,
    _generics: ::core::marker::PhantomData<
        fn() -> (::core::marker::PhantomData<E>, ::core::marker::PhantomData<P>),
    >,
}
/// Serves an implementation of [`Wrong`].
#[doc(hidden)]
pub struct WrongEndpoint<E, Implementation> {
    implementation: ::messaging::__private::Arc<Implementation>,
    _generics: ::core::marker::PhantomData<fn() -> (::core::marker::PhantomData<E>,)>,
}
const _: () = {
    use ::messaging::__private as __messaging;
    impl<E: Item, P: __messaging::Pin> WrongClientAt<E, P> {
        /// Describes the method `one`.
        pub const ONE: __messaging::MethodDescriptor<()> = __messaging::MethodDescriptor::__new(
            "one",
            __messaging::Version::new(1, 0),
            false,
            false,
            ::core::option::Option::None,
            "",
            &[__messaging::ParamDescriptor::__new("", 1, 0, false)],
        );
        /// Describes the method `two`.
        #[cfg_attr(unix, cfg(windows))]
        pub const TWO: __messaging::MethodDescriptor<()> = __messaging::MethodDescriptor::__new(
            "two",
            __messaging::Version::new(1, 0),
            true,
            false,
            ::core::option::Option::None,
            "",
            &[__messaging::ParamDescriptor::__new("me", 1, 0, false)],
        );
        /// Calls `one`.
        pub fn one(&self, _: (u32, u32)) -> __messaging::Call<Result<(), E>> {
            __messaging::absent()
        }
        /// Casts `two`.
        #[cfg_attr(unix, allow(unused))]
        #[cfg_attr(unix, cfg(windows))]
        pub fn two<T>(&self, _: impl ::core::marker::Sized) -> __messaging::Cast {
            __messaging::absent()
        }
    }
    #[automatically_derived]
    impl<E: Item, P: __messaging::Pin> __messaging::Proxy for WrongClientAt<E, P> {
        const API: __messaging::ApiDescriptor = __messaging::ApiDescriptor::__new(
            "Wrong",
            "wrong",
            ::core::option::Option::None,
            __messaging::Version::new(1, 0),
            "",
            &[],
        );
    }
    #[automatically_derived]
    impl<E: Item, P: __messaging::Pin> __messaging::FromCore for WrongClientAt<E, P> {
        type Pin = P;
        type At<__Other: __messaging::Pin> = WrongClientAt<E, __Other>;
        fn from_core(__core: __messaging::ClientCore) -> Self {
            let _: ::core::marker::PhantomData<WrongEndpoint<E, ()>> = ::core::marker::PhantomData;
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
    impl<E, P> ::core::clone::Clone for WrongClientAt<E, P> {
        fn clone(&self) -> Self {
            Self {
                core: ::core::clone::Clone::clone(&self.core),
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    #[automatically_derived]
    impl<E, P> ::core::fmt::Debug for WrongClientAt<E, P> {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.debug_struct("WrongClient").field("core", &self.core).finish()
        }
    }
    impl<E: Item, Implementation> WrongEndpoint<E, Implementation>
    where
        Implementation: Wrong<E> + ::core::marker::Send + ::core::marker::Sync + 'static,
        E: 'static,
    {
        /// Serves `implementation`.
        pub fn new(__implementation: Implementation) -> Self {
            Self::from_arc(__messaging::Arc::new(__implementation))
        }
        /// Serves an implementation that others hold as well.
        pub fn from_arc(__implementation: __messaging::Arc<Implementation>) -> Self {
            Self {
                implementation: __implementation,
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    #[automatically_derived]
    impl<E: Item, Implementation> __messaging::Endpoint
    for WrongEndpoint<E, Implementation>
    where
        Implementation: Wrong<E> + ::core::marker::Send + ::core::marker::Sync + 'static,
        E: 'static,
    {
        fn api(&self) -> __messaging::ApiDescriptor {
            <WrongClient<E> as __messaging::Proxy>::API
        }
        fn handle(&self, __invocation: __messaging::Invocation) -> __messaging::Handled {
            __messaging::absent()
        }
    }
    #[automatically_derived]
    impl<E: Item, Implementation> __messaging::Serves<Implementation> for WrongClient<E>
    where
        Implementation: Wrong<E> + ::core::marker::Send + ::core::marker::Sync + 'static,
        E: 'static,
    {
        type Endpoint = WrongEndpoint<E, Implementation>;
        fn endpoint(__implementation: Implementation) -> Self::Endpoint {
            WrongEndpoint::new(__implementation)
        }
    }
    #[automatically_derived]
    impl<E, Implementation> ::core::clone::Clone for WrongEndpoint<E, Implementation> {
        fn clone(&self) -> Self {
            Self {
                implementation: ::core::clone::Clone::clone(&self.implementation),
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    #[automatically_derived]
    impl<E, Implementation> ::core::fmt::Debug for WrongEndpoint<E, Implementation> {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.debug_struct("WrongEndpoint").finish_non_exhaustive()
        }
    }
};
