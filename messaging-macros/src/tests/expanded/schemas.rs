trait Store<Item> {
    fn put(
        &self,
        ctx: &Context,
        item: Item,
    ) -> impl ::core::future::Future<
        Output = Result<u64, StoreError>,
    > + ::core::marker::Send;
    #[cfg(feature = "gone")]
    fn forget(
        &self,
        ctx: &Context,
        id: u64,
    ) -> impl ::core::future::Future<Output = ()> + ::core::marker::Send;
}
/// Typed client for [`Store`].
type StoreClient<Item> = StoreClientAt<Item, ::messaging::__private::AnyVersion>;
/// Typed client for [`Store`], and what the compiler knows of its version.
struct StoreClientAt<Item, P> {
    core: ::messaging::__private::ClientCore,
    _generics: ::core::marker::PhantomData<
        fn() -> (::core::marker::PhantomData<Item>, ::core::marker::PhantomData<P>),
    >,
}
/// Serves an implementation of [`Store`].
struct StoreEndpoint<Item, T> {
    implementation: ::messaging::__private::Arc<T>,
    _generics: ::core::marker::PhantomData<fn() -> (::core::marker::PhantomData<Item>,)>,
}
mod __StoreServing {
    pub struct Methods<Of>(::core::marker::PhantomData<Of>);
}
const _: () = {
    use ::messaging::__private as __messaging;
    impl<Item, P: __messaging::Pin> StoreClientAt<Item, P> {
        /// Describes the method `put`.
        const PUT: __messaging::MethodDescriptor<fn(Item) -> Result<u64, StoreError>> = __messaging::MethodDescriptor::__new(
            "put",
            __messaging::Version::new(1, 0),
            false,
            false,
            ::core::option::Option::None,
            "",
            &[__messaging::ParamDescriptor::__new("item", 1, 0, false)],
        );
        /// Describes the method `forget`.
        #[cfg(feature = "gone")]
        const FORGET: __messaging::MethodDescriptor<fn(u64)> = __messaging::MethodDescriptor::__new(
            "forget",
            __messaging::Version::new(1, 0),
            true,
            false,
            ::core::option::Option::None,
            "",
            &[__messaging::ParamDescriptor::__new("key", 1, 0, false)],
        );
        /// Calls `put`.
        fn put(&self, item: Item) -> __messaging::Call<Result<u64, StoreError>> {
            let mut __pack = __messaging::Pack::new(
                &self.core,
                "Store",
                const { &Self::PUT.erased() },
            );
            __pack.arg("item", &item);
            __pack.call()
        }
        /// Casts `forget`.
        #[cfg(feature = "gone")]
        fn forget(&self, id: u64) -> __messaging::Cast {
            let mut __pack = __messaging::Pack::new(
                &self.core,
                "Store",
                const { &Self::FORGET.erased() },
            );
            __pack.arg("key", &id);
            __pack.cast()
        }
    }
    #[automatically_derived]
    impl<Item, P: __messaging::Pin> __messaging::Proxy for StoreClientAt<Item, P> {
        const API: __messaging::ApiDescriptor = __messaging::ApiDescriptor::__new(
                "Store",
                "store",
                ::core::option::Option::None,
                __messaging::Version::new(1, 0),
                "",
                &[Self::PUT.erased(), #[cfg(feature = "gone")] Self::FORGET.erased()],
            )
            .__with_schemas(|__schemas| {
                {
                    let __method = &mut __schemas.method("put");
                    __method.param::<Item>("item");
                    __method.reply::<Result<u64, StoreError>>();
                }
                #[cfg(feature = "gone")]
                {
                    let __method = &mut __schemas.method("forget");
                    __method.param::<u64>("key");
                }
            });
    }
    #[automatically_derived]
    impl<Item, P: __messaging::Pin> __messaging::FromCore for StoreClientAt<Item, P> {
        type Pin = P;
        type At<__Other: __messaging::Pin> = StoreClientAt<Item, __Other>;
        fn from_core(__core: __messaging::ClientCore) -> Self {
            let _: ::core::marker::PhantomData<StoreEndpoint<Item, ()>> = ::core::marker::PhantomData;
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
    impl<Item, P> ::core::clone::Clone for StoreClientAt<Item, P> {
        fn clone(&self) -> Self {
            Self {
                core: ::core::clone::Clone::clone(&self.core),
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    #[automatically_derived]
    impl<Item, P> ::core::fmt::Debug for StoreClientAt<Item, P> {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.debug_struct("StoreClient").field("core", &self.core).finish()
        }
    }
    impl<Item, T> StoreEndpoint<Item, T>
    where
        T: Store<Item> + ::core::marker::Send + ::core::marker::Sync + 'static,
        Item: 'static,
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
    impl<Item, T> __StoreServing::Methods<StoreEndpoint<Item, T>>
    where
        T: Store<Item> + ::core::marker::Send + ::core::marker::Sync + 'static,
        Item: 'static,
    {
        fn __put(
            __implementation: __messaging::Arc<T>,
            mut __unpack: __messaging::Unpack,
        ) -> __messaging::Begun {
            let item: Item = __unpack.take("item")?;
            let __ctx = __unpack.finish()?;
            __messaging::future_of(async move {
                let __result = <T as Store<
                    Item,
                >>::put(&*__implementation, __messaging::context_as(&__ctx), item)
                    .await;
                __messaging::reply(__result)
            })
        }
        #[cfg(feature = "gone")]
        fn __forget(
            __implementation: __messaging::Arc<T>,
            mut __unpack: __messaging::Unpack,
        ) -> __messaging::Begun {
            let id: u64 = __unpack.take("key")?;
            let __ctx = __unpack.finish()?;
            __messaging::future_of(async move {
                <T as Store<
                    Item,
                >>::forget(&*__implementation, __messaging::context_as(&__ctx), id)
                    .await;
                __messaging::no_reply()
            })
        }
    }
    #[automatically_derived]
    impl<Item, T> __messaging::Endpoint for StoreEndpoint<Item, T>
    where
        T: Store<Item> + ::core::marker::Send + ::core::marker::Sync + 'static,
        Item: 'static,
    {
        fn api(&self) -> __messaging::ApiDescriptor {
            <StoreClient<Item> as __messaging::Proxy>::API
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
                    #[cfg(feature = "gone")]
                    "forget" => {
                        __StoreServing::Methods::<
                            Self,
                        >::__forget(__implementation, __unpack)
                    }
                    _ => __messaging::unknown(&__unpack),
                },
            )
        }
    }
    #[automatically_derived]
    impl<Item, T> __messaging::Serves<T> for StoreClient<Item>
    where
        T: Store<Item> + ::core::marker::Send + ::core::marker::Sync + 'static,
        Item: 'static,
    {
        type Endpoint = StoreEndpoint<Item, T>;
        fn endpoint(__implementation: T) -> Self::Endpoint {
            StoreEndpoint::new(__implementation)
        }
    }
    #[automatically_derived]
    impl<Item, T> ::core::clone::Clone for StoreEndpoint<Item, T> {
        fn clone(&self) -> Self {
            Self {
                implementation: ::core::clone::Clone::clone(&self.implementation),
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    #[automatically_derived]
    impl<Item, T> ::core::fmt::Debug for StoreEndpoint<Item, T> {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.debug_struct("StoreEndpoint").finish_non_exhaustive()
        }
    }
    const _: () = ::core::assert!(
        __messaging::HAS_SCHEMAS,
        "`schema` needs the feature `schema` of the crate `messaging`: add it to the `features` of that dependency in Cargo.toml, or remove the key"
    );
};
