//! The types of a method, as its constant carries them.

use std::future::Future;

use serde::de::DeserializeOwned;

use crate::rpc::dispatcher::{Answer, Unpack};
use crate::{Context, Failure, ParamDescriptor, RemoteError, Reply};

/// What a method takes and returns: the type of a function, such as
/// `fn(RequestSpec) -> Result<Vec<Host>, SchedulerError>`, of up to sixteen parameters. The
/// constants of clients carry it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` says not what a method takes and returns",
    note = "use a constant of a generated client, such as `SchedulerClient::SELECT_HOSTS`, whose \
            method has no more than 16 parameters"
)]
pub trait Signature: sealed::Sealed + 'static {
    /// The arguments, as a tuple.
    type Args: Send + 'static;
    /// What the method returns; nothing if it is a cast.
    type Output: Send + 'static;

    #[doc(hidden)]
    fn take(unpack: &mut Unpack, params: &'static [ParamDescriptor])
    -> Result<Self::Args, Failure>;

    #[doc(hidden)]
    fn into_answer(output: Self::Output) -> Result<Answer, Failure>;
}

/// Methods that the closure `F` can stand for: it takes the same and returns the same.
pub trait Answers<F>: Signature {
    #[doc(hidden)]
    fn answer(closure: &mut F, args: Self::Args) -> Self::Output;
}

/// Methods that the closure `F` can stand for that takes the context before the rest and returns a
/// future.
pub trait AnswersWith<F, Fut>: Signature {
    #[doc(hidden)]
    fn answer_with(closure: &mut F, context: Context, args: Self::Args) -> Fut;
}

mod sealed {
    pub trait Sealed {}
}

/// What a method returns, to its answer.
trait Returned {
    fn into_answer(self) -> Result<Answer, Failure>;
}

impl Returned for () {
    fn into_answer(self) -> Result<Answer, Failure> {
        Answer::new(&())
    }
}

impl<T, E: RemoteError> Returned for Result<T, E>
where
    Self: Reply<Err = E>,
{
    fn into_answer(self) -> Result<Answer, Failure> {
        crate::__private::reply(self)
    }
}

macro_rules! signatures {
    ($(($($arg:ident)*))*) => {$(
        impl<$($arg,)* R> sealed::Sealed for fn($($arg),*) -> R {}

        #[allow(unused_variables, unused_mut, non_snake_case, clippy::unused_unit)]
        impl<$($arg,)* R> Signature for fn($($arg),*) -> R
        where
            $($arg: DeserializeOwned + Send + 'static,)*
            R: Returned + Send + 'static,
        {
            type Args = ($($arg,)*);
            type Output = R;

            fn take(
                unpack: &mut Unpack,
                params: &'static [ParamDescriptor],
            ) -> Result<Self::Args, Failure> {
                let mut names = params.iter().map(|param| param.name);
                // One parameter is described for each argument.
                Ok(($(unpack.take::<$arg>(names.next().unwrap_or_default())?,)*))
            }

            fn into_answer(output: R) -> Result<Answer, Failure> {
                output.into_answer()
            }
        }

        #[allow(non_snake_case)]
        impl<$($arg,)* R, Closure> Answers<Closure> for fn($($arg),*) -> R
        where
            Self: Signature<Args = ($($arg,)*), Output = R>,
            Closure: FnMut($($arg),*) -> R,
        {
            fn answer(closure: &mut Closure, ($($arg,)*): ($($arg,)*)) -> R {
                closure($($arg),*)
            }
        }

        #[allow(non_snake_case)]
        impl<$($arg,)* R, Closure, Fut> AnswersWith<Closure, Fut> for fn($($arg),*) -> R
        where
            Self: Signature<Args = ($($arg,)*), Output = R>,
            Closure: FnMut(Context, $($arg),*) -> Fut,
            Fut: Future<Output = R>,
        {
            fn answer_with(
                closure: &mut Closure,
                context: Context,
                ($($arg,)*): ($($arg,)*),
            ) -> Fut {
                closure(context, $($arg),*)
            }
        }
    )*};
}

signatures! {
    ()
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E F)
    (A B C D E F G)
    (A B C D E F G H)
    (A B C D E F G H I)
    (A B C D E F G H I J)
    (A B C D E F G H I J K)
    (A B C D E F G H I J K L)
    (A B C D E F G H I J K L M)
    (A B C D E F G H I J K L M N)
    (A B C D E F G H I J K L M N O)
    (A B C D E F G H I J K L M N O P)
}
