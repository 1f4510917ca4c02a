/// Places instances on hosts.
pub trait Scheduler {
    /// The hosts fit for a request, best first.
    fn select_hosts(
        &self,
        ctx: &Context,
        request_spec: RequestSpec,
        filter_properties: FilterProperties,
    ) -> impl ::core::future::Future<
        Output = Result<Vec<Host>, SchedulerError>,
    > + ::core::marker::Send;
    fn update_capabilities(
        &self,
        ctx: &Context,
        host: String,
    ) -> impl ::core::future::Future<Output = ()> + ::core::marker::Send;
}
/// Typed client for [`Scheduler`].
pub type SchedulerClient = SchedulerClientAt<::messaging::__private::AnyVersion>;
/// Typed client for [`Scheduler`], and what the compiler knows of its version.
pub struct SchedulerClientAt<P> {
    core: ::messaging::__private::ClientCore,
    _generics: ::core::marker::PhantomData<fn() -> (::core::marker::PhantomData<P>,)>,
}
/// Serves an implementation of [`Scheduler`].
pub struct SchedulerEndpoint<T> {
    implementation: ::messaging::__private::Arc<T>,
    _generics: ::core::marker::PhantomData<fn() -> ()>,
}
mod __SchedulerServing {
    pub struct Methods<Of>(::core::marker::PhantomData<Of>);
}
const _: () = {
    use ::messaging::__private as __messaging;
    mod __Scheduler {
        pub enum __Api {}
        pub enum select_hosts {}
        pub enum update_capabilities {}
        pub mod __parameters {
            pub mod of_select_hosts {
                pub enum filter_properties {}
            }
        }
    }
    impl<Method> __messaging::Has<__Scheduler::__Api, __messaging::Pinned<2, 3>, Method>
    for __messaging::Pinned<2, 3> {}
    impl<Method> __messaging::Has<__Scheduler::__Api, __messaging::Pinned<2, 3>, Method>
    for __messaging::Pinned<2, 4> {}
    impl<Method> __messaging::Has<__Scheduler::__Api, __messaging::Pinned<2, 3>, Method>
    for __messaging::Pinned<2, 5> {}
    impl<Method> __messaging::Has<__Scheduler::__Api, __messaging::Pinned<2, 3>, Method>
    for __messaging::Pinned<2, 6> {}
    impl<Method> __messaging::Has<__Scheduler::__Api, __messaging::Pinned<2, 6>, Method>
    for __messaging::Pinned<2, 6> {}
    impl<P: __messaging::Pin> SchedulerClientAt<P> {
        /// Describes the method `select_hosts`.
        pub const SELECT_HOSTS: __messaging::MethodDescriptor<
            fn(RequestSpec, FilterProperties) -> Result<Vec<Host>, SchedulerError>,
        > = __messaging::MethodDescriptor::__new(
            "select_hosts",
            __messaging::Version::new(2, 0),
            false,
            true,
            ::core::option::Option::Some(::core::time::Duration::new(30, 0)),
            "The hosts fit for a request, best first.",
            &[
                __messaging::ParamDescriptor::__new("request_spec", 2, 0, false),
                __messaging::ParamDescriptor::__new("filter_properties", 2, 6, true),
            ],
        );
        /// Describes the method `update_capabilities`.
        pub const UPDATE_CAPABILITIES: __messaging::MethodDescriptor<fn(String)> = __messaging::MethodDescriptor::__new(
            "update_capabilities",
            __messaging::Version::new(2, 3),
            true,
            false,
            ::core::option::Option::None,
            "",
            &[__messaging::ParamDescriptor::__new("host", 2, 3, false)],
        );
        /// Casts `update_capabilities`.
        pub fn update_capabilities(&self, host: String) -> __messaging::Cast
        where
            P: __messaging::Has<
                __Scheduler::__Api,
                __messaging::Pinned<2, 3>,
                __Scheduler::update_capabilities,
            >,
        {
            let mut __pack = __messaging::Pack::new(
                &self.core,
                "Scheduler",
                const { &Self::UPDATE_CAPABILITIES.erased() },
            );
            __pack.arg("host", &host);
            __pack.cast()
        }
    }
    impl SchedulerClientAt<__messaging::AnyVersion> {
        /// The hosts fit for a request, best first.
        pub fn select_hosts(
            &self,
            request_spec: RequestSpec,
            filter_properties: FilterProperties,
        ) -> __messaging::Call<
            Result<Vec<Host>, SchedulerError>,
            __messaging::Idempotent,
        > {
            let mut __pack = __messaging::Pack::new(
                &self.core,
                "Scheduler",
                const { &Self::SELECT_HOSTS.erased() },
            );
            __pack.arg("request_spec", &request_spec);
            __pack
                .arg_since(
                    "filter_properties",
                    __messaging::Version::new(2, 6),
                    &filter_properties,
                    || ::core::default::Default::default(),
                );
            __pack.call()
        }
    }
    impl<
        const __MAJOR: u32,
        const __MINOR: u32,
    > SchedulerClientAt<__messaging::Pinned<__MAJOR, __MINOR>> {
        /// The hosts fit for a request, best first.
        pub fn select_hosts(
            &self,
            request_spec: RequestSpec,
            filter_properties: impl __messaging::Argument<
                FilterProperties,
                Form: __messaging::Takes<
                        __messaging::Pinned<__MAJOR, __MINOR>,
                        __Scheduler::__Api,
                        __messaging::Pinned<2, 6>,
                        __Scheduler::select_hosts,
                        __Scheduler::__parameters::of_select_hosts::filter_properties,
                    >,
            >,
        ) -> __messaging::Call<
            Result<Vec<Host>, SchedulerError>,
            __messaging::Idempotent,
        > {
            let mut __pack = __messaging::Pack::new(
                &self.core,
                "Scheduler",
                const { &Self::SELECT_HOSTS.erased() },
            );
            __pack.arg("request_spec", &request_spec);
            __pack
                .arg_given::<
                    FilterProperties,
                    _,
                >(
                    "filter_properties",
                    __messaging::Version::new(2, 6),
                    filter_properties,
                    || ::core::default::Default::default(),
                );
            __pack.call()
        }
    }
    #[automatically_derived]
    impl<P: __messaging::Pin> __messaging::Proxy for SchedulerClientAt<P> {
        const API: __messaging::ApiDescriptor = __messaging::ApiDescriptor::__new(
            "Scheduler",
            "scheduler",
            ::core::option::Option::None,
            __messaging::Version::new(2, 6),
            "Places instances on hosts.",
            &[Self::SELECT_HOSTS.erased(), Self::UPDATE_CAPABILITIES.erased()],
        );
    }
    #[automatically_derived]
    impl<P: __messaging::Pin> __messaging::FromCore for SchedulerClientAt<P> {
        type Pin = P;
        type At<__Other: __messaging::Pin> = SchedulerClientAt<__Other>;
        fn from_core(__core: __messaging::ClientCore) -> Self {
            let _: ::core::marker::PhantomData<SchedulerEndpoint<()>> = ::core::marker::PhantomData;
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
    impl<P> ::core::clone::Clone for SchedulerClientAt<P> {
        fn clone(&self) -> Self {
            Self {
                core: ::core::clone::Clone::clone(&self.core),
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    #[automatically_derived]
    impl<P> ::core::fmt::Debug for SchedulerClientAt<P> {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.debug_struct("SchedulerClient").field("core", &self.core).finish()
        }
    }
    impl<T> SchedulerEndpoint<T>
    where
        T: Scheduler + ::core::marker::Send + ::core::marker::Sync + 'static,
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
    impl<T> __SchedulerServing::Methods<SchedulerEndpoint<T>>
    where
        T: Scheduler + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        fn __select_hosts(
            __implementation: __messaging::Arc<T>,
            mut __unpack: __messaging::Unpack,
        ) -> __messaging::Begun {
            let request_spec: RequestSpec = __unpack.take("request_spec")?;
            let filter_properties: FilterProperties = __unpack
                .take_or::<
                    FilterProperties,
                >("filter_properties", || ::core::default::Default::default())?;
            let __ctx = __unpack.finish()?;
            __messaging::future_of(async move {
                let __result = <T as Scheduler>::select_hosts(
                        &*__implementation,
                        __messaging::context_as(&__ctx),
                        request_spec,
                        filter_properties,
                    )
                    .await;
                __messaging::reply(__result)
            })
        }
        fn __update_capabilities(
            __implementation: __messaging::Arc<T>,
            mut __unpack: __messaging::Unpack,
        ) -> __messaging::Begun {
            let host: String = __unpack.take("host")?;
            let __ctx = __unpack.finish()?;
            __messaging::future_of(async move {
                <T as Scheduler>::update_capabilities(
                        &*__implementation,
                        __messaging::context_as(&__ctx),
                        host,
                    )
                    .await;
                __messaging::no_reply()
            })
        }
    }
    #[automatically_derived]
    impl<T> __messaging::Endpoint for SchedulerEndpoint<T>
    where
        T: Scheduler + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        fn api(&self) -> __messaging::ApiDescriptor {
            <SchedulerClient as __messaging::Proxy>::API
        }
        fn handle(&self, __invocation: __messaging::Invocation) -> __messaging::Handled {
            let __implementation = ::core::clone::Clone::clone(&self.implementation);
            __messaging::handled(
                __invocation,
                move |__unpack| match __unpack.method() {
                    "select_hosts" => {
                        __SchedulerServing::Methods::<
                            Self,
                        >::__select_hosts(__implementation, __unpack)
                    }
                    "update_capabilities" => {
                        __SchedulerServing::Methods::<
                            Self,
                        >::__update_capabilities(__implementation, __unpack)
                    }
                    _ => __messaging::unknown(&__unpack),
                },
            )
        }
    }
    #[automatically_derived]
    impl<T> __messaging::Serves<T> for SchedulerClient
    where
        T: Scheduler + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        type Endpoint = SchedulerEndpoint<T>;
        fn endpoint(__implementation: T) -> Self::Endpoint {
            SchedulerEndpoint::new(__implementation)
        }
    }
    #[automatically_derived]
    impl<T> ::core::clone::Clone for SchedulerEndpoint<T> {
        fn clone(&self) -> Self {
            Self {
                implementation: ::core::clone::Clone::clone(&self.implementation),
                _generics: ::core::marker::PhantomData,
            }
        }
    }
    #[automatically_derived]
    impl<T> ::core::fmt::Debug for SchedulerEndpoint<T> {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.debug_struct("SchedulerEndpoint").finish_non_exhaustive()
        }
    }
};
