pub(crate) trait Store<T: Item = u32, const SIZE: usize = 4>: Sync
where
    Self: Sized,
    Vec<T>: Send,
{
    fn put(
        &self,
        ctx: Context,
        item: T,
    ) -> impl ::core::future::Future<
        Output = Result<u32, Failure>,
    > + ::core::marker::Send;
}
/// Typed client for [`Store`].
pub(crate) type StoreClient<T = u32, const SIZE: usize = 4> = StoreClientAt<
    T,
    SIZE,
    crate::messaging::__private::AnyVersion,
>;
/// Typed client for [`Store`], and what the compiler knows of its version.
pub(crate) struct StoreClientAt<T, const SIZE: usize, P> {
    core: crate::messaging::__private::ClientCore,
    _generics: ::core::marker::PhantomData<
        fn() -> (::core::marker::PhantomData<T>, ::core::marker::PhantomData<P>),
    >,
}
/// Serves an implementation of [`Store`].
pub(crate) struct StoreEndpoint<T, const SIZE: usize, Implementation> {
    implementation: crate::messaging::__private::Arc<Implementation>,
    _generics: ::core::marker::PhantomData<fn() -> (::core::marker::PhantomData<T>,)>,
}
mod __StoreServing {
    pub struct Methods<Of>(::core::marker::PhantomData<Of>);
}
const _: () = {
    use crate::messaging::__private as __messaging;
    impl<T: Item, const SIZE: usize, P: __messaging::Pin> StoreClientAt<T, SIZE, P>
    where
        Vec<T>: Send,
    {
        /// Describes the method `put`.
        pub(crate) const PUT: __messaging::MethodDescriptor<
            fn(T) -> Result<u32, Failure>,
        > = __messaging::MethodDescriptor::__new(
            "put",
            __messaging::Version::new(1, 0),
            false,
            false,
            ::core::option::Option::None,
            "",
            &[__messaging::ParamDescriptor::__new("item", 1, 0, false)],
        );
        /// Calls `put`.
        pub(crate) fn put(&self, item: T) -> __messaging::Call<Result<u32, Failure>> {
            let mut __pack = __messaging::Pack::new(
                &self.core,
                "Store",
                const { &Self::PUT.erased() },
            );
            __pack.arg("item", &item);
            __pack.call()
        }
    }
    #[automatically_derived]
    impl<T: Item, const SIZE: usize, P: __messaging::Pin> __messaging::Proxy
    for StoreClientAt<T, SIZE, P>
    where
        Vec<T>: Send,
    {
        const API: __messaging::ApiDescriptor = __messaging::ApiDescriptor::__new(
            "Store",
            "store",
            ::core::option::Option::None,
            __messaging::Version::new(1, 0),
            "",
            &[Self::PUT.erased()],
        );
    }
    #[automatically_derived]
    impl<T: Item, const SIZE: usize, P: __messaging::Pin> __messaging::FromCore
    for StoreClientAt<T, SIZE, P>
    where
        Vec<T>: Send,
    {
        type Pin = P;
        type At<__Other: __messaging::Pin> = StoreClientAt<T, SIZE, __Other>;
        fn from_core(__core: __messaging::ClientCore) -> Self {
            let _: ::core::marker::PhantomData<StoreEndpoint<T, SIZE, ()>> = ::core::marker::PhantomData;
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
    impl<T, const SIZE: usize, P> ::core::clone::Clone for StoreClientAt<T, SIZE, P> {
        fn clone(&self) -> Self {
            Self {
                core: ::core::clone::Clone::clone(&self.core),
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    #[automatically_derived]
    impl<T, const SIZE: usize, P> ::core::fmt::Debug for StoreClientAt<T, SIZE, P> {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.debug_struct("StoreClient").field("core", &self.core).finish()
        }
    }
    impl<
        T: Item,
        const SIZE: usize,
        Implementation,
    > StoreEndpoint<T, SIZE, Implementation>
    where
        Implementation: Sized,
        Vec<T>: Send,
        Implementation: Store<T, SIZE> + ::core::marker::Send + ::core::marker::Sync
            + 'static,
        T: 'static,
    {
        /// Serves `implementation`.
        pub(crate) fn new(__implementation: Implementation) -> Self {
            Self::from_arc(__messaging::Arc::new(__implementation))
        }
        /// Serves an implementation that others hold as well.
        pub(crate) fn from_arc(
            __implementation: __messaging::Arc<Implementation>,
        ) -> Self {
            Self {
                implementation: __implementation,
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    impl<
        T: Item,
        const SIZE: usize,
        Implementation,
    > __StoreServing::Methods<StoreEndpoint<T, SIZE, Implementation>>
    where
        Implementation: Sized,
        Vec<T>: Send,
        Implementation: Store<T, SIZE> + ::core::marker::Send + ::core::marker::Sync
            + 'static,
        T: 'static,
    {
        fn __put(
            __implementation: __messaging::Arc<Implementation>,
            mut __unpack: __messaging::Unpack,
        ) -> __messaging::Begun {
            let item: T = __unpack.take("item")?;
            let __ctx = __unpack.finish()?;
            __messaging::future_of(async move {
                let __result = <Implementation as Store<
                    T,
                    SIZE,
                >>::put(&*__implementation, __messaging::context_as(&__ctx), item)
                    .await;
                __messaging::reply(__result)
            })
        }
    }
    #[automatically_derived]
    impl<T: Item, const SIZE: usize, Implementation> __messaging::Endpoint
    for StoreEndpoint<T, SIZE, Implementation>
    where
        Implementation: Sized,
        Vec<T>: Send,
        Implementation: Store<T, SIZE> + ::core::marker::Send + ::core::marker::Sync
            + 'static,
        T: 'static,
    {
        fn api(&self) -> __messaging::ApiDescriptor {
            <StoreClient<T, SIZE> as __messaging::Proxy>::API
        }
        fn handle(&self, __invocation: __messaging::Invocation) -> __messaging::Handled {
            let __implementation = ::core::clone::Clone::clone(&self.implementation);
            __messaging::handled(
                __invocation,
                move |__unpack| match __unpack.method() {
                    "put" => {
                        __StoreServing::Methods::<
                            Self,
                        >::__put(__implementation, __unpack)
                    }
                    _ => __messaging::unknown(&__unpack),
                },
            )
        }
    }
    #[automatically_derived]
    impl<T: Item, const SIZE: usize, Implementation> __messaging::Serves<Implementation>
    for StoreClient<T, SIZE>
    where
        Implementation: Sized,
        Vec<T>: Send,
        Implementation: Store<T, SIZE> + ::core::marker::Send + ::core::marker::Sync
            + 'static,
        T: 'static,
    {
        type Endpoint = StoreEndpoint<T, SIZE, Implementation>;
        fn endpoint(__implementation: Implementation) -> Self::Endpoint {
            StoreEndpoint::new(__implementation)
        }
    }
    #[automatically_derived]
    impl<T, const SIZE: usize, Implementation> ::core::clone::Clone
    for StoreEndpoint<T, SIZE, Implementation> {
        fn clone(&self) -> Self {
            Self {
                implementation: ::core::clone::Clone::clone(&self.implementation),
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    #[automatically_derived]
    impl<T, const SIZE: usize, Implementation> ::core::fmt::Debug
    for StoreEndpoint<T, SIZE, Implementation> {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.debug_struct("StoreEndpoint").finish_non_exhaustive()
        }
    }
};
