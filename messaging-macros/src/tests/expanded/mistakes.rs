::core::compile_error! {
    "`topic` is missing: write `#[rpc_api(topic = \"..\", ..)]`"
}
::core::compile_error! {
    "`crate` takes a path without quotes, such as `crate = crate::messaging`"
}
::core::compile_error! {
    "an associated type cannot be known to the client; make it a type parameter of the trait, such as `trait Store<Item>`"
}
::core::compile_error! {
    "unknown key `retries`; `rpc(..)` takes `since`, `name`, `timeout`, `cast`, `idempotent` and `no_cancel`"
}
::core::compile_error! {
    "unknown key `until`; `rpc(..)` takes `since`"
}
::core::compile_error! {
    "arguments travel by value; write `String`"
}
::core::compile_error! {
    "a method of an API begins with `&self`: write `fn two(&self, ..)`"
}
::core::compile_error! {
    "the first argument after `&self` is the context: write `ctx: &Context`"
}
::core::compile_error! {
    "`since` is 2.0, but the API is version 1.0: write a version of major 1, or leave `since` out for 1.0"
}
pub trait Wrong<E: Item> {
    type Missing;
    fn one(
        &self,
        ctx: &Context,
        text: &str,
    ) -> impl ::core::future::Future<Output = Result<(), E>> + ::core::marker::Send;
    fn two() -> impl ::core::future::Future<Output = ()> + ::core::marker::Send;
}
/// Stands beside an error.
pub struct WrongClient<E>(
    ::core::marker::PhantomData<fn() -> (::core::marker::PhantomData<E>,)>,
);
/// Stands beside an error.
pub struct WrongClientAt<E, P>(
    ::core::marker::PhantomData<
        fn() -> (::core::marker::PhantomData<E>, ::core::marker::PhantomData<P>),
    >,
);
/// Stands beside an error.
pub struct WrongEndpoint<E, T>(
    ::core::marker::PhantomData<
        fn() -> (::core::marker::PhantomData<E>, ::core::marker::PhantomData<T>),
    >,
);
